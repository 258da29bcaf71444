"""Events of the general ledger: its answers to journal batches."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import BusinessDate, Currency, Event, Identifier, Text
from shared.contracts.journal import JournalTotal


class JournalBatchPosted(
    Event, published_by=("gl_core",), key="company_id", subject="batch_id", order=("business_date", "batch_id")
):
    """A journal batch was posted in the general ledger. `totals` are the amounts that the ledger posted."""

    batch_id: Identifier
    source: Identifier
    company_id: Identifier
    business_date: BusinessDate
    currency: Currency
    totals: Annotated[tuple[JournalTotal, ...], Field(max_length=200)]


class JournalBatchRejected(
    Event, published_by=("gl_core",), key="company_id", subject="batch_id", order=("business_date", "batch_id")
):
    """The general ledger rejected a journal batch. A person corrects the cause and releases the batch again."""

    batch_id: Identifier
    source: Identifier
    company_id: Identifier
    business_date: BusinessDate
    attempt: Annotated[int, Field(ge=1)]
    reason: Text
