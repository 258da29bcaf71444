"""The journal batch, spoken by both services that keep a journal: invoicing and cash_app."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import Body, BusinessDate, Currency, Event, Identifier, NonNegativeAmount


class JournalTotal(Body):
    """One GL account's debits and credits within a batch."""

    account: Identifier
    debit: NonNegativeAmount
    credit: NonNegativeAmount


class JournalBatchSubmitted(
    Event,
    published_by=("invoicing", "cash_app"),
    key="company_id",
    subject="batch_id",
    order=("business_date", "batch_id"),
):
    """One business day's postings of one service, company and currency, summed by account.

    A day that gets later postings is sent as a further batch with the next sequence number.
    """

    batch_id: Identifier
    source: Identifier
    company_id: Identifier
    business_date: BusinessDate
    sequence: Annotated[int, Field(ge=1)]
    attempt: Annotated[int, Field(ge=1)] = 1
    currency: Currency
    totals: Annotated[tuple[JournalTotal, ...], Field(min_length=1, max_length=200)]
