"""What the general ledger says of the journal batches it was sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import BusinessDate, Currency, Event, Identifier, Text
from shared.contracts.journal import JournalTotal


class JournalBatchPosted(
    Event, published_by=("gl_core",), key="company_id", subject="batch_id", order=("business_date", "batch_id")
):
    """The batch is in the general ledger; `totals` are what the ledger itself booked."""

    batch_id: Identifier
    source: Identifier
    company_id: Identifier
    business_date: BusinessDate
    currency: Currency
    totals: Annotated[tuple[JournalTotal, ...], Field(max_length=200)]


class JournalBatchRejected(
    Event, published_by=("gl_core",), key="company_id", subject="batch_id", order=("business_date", "batch_id")
):
    """The batch was refused; it waits for a person to correct or release it."""

    batch_id: Identifier
    source: Identifier
    company_id: Identifier
    business_date: BusinessDate
    attempt: Annotated[int, Field(ge=1)]
    reason: Text
