"""The journal batch, published by both services that keep a journal: invoicing and cash_app."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import Body, BusinessDate, Currency, Event, Identifier, NonNegativeAmount


class JournalTotal(Body):
    """The total debits and credits of one GL account in a batch."""

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
    """The postings of one business day were submitted to the general ledger, summed by account.

    A batch is of one service, company and currency. Later postings to the same day are submitted in a further batch
    with the next sequence number. `attempt` counts how often the same batch was submitted.
    """

    batch_id: Identifier
    source: Identifier
    company_id: Identifier
    business_date: BusinessDate
    sequence: Annotated[int, Field(ge=1)]
    attempt: Annotated[int, Field(ge=1)] = 1
    currency: Currency
    totals: Annotated[tuple[JournalTotal, ...], Field(min_length=1, max_length=200)]
