"""What the journal's HTTP routes take and answer. Amounts are in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from shared.chassis.http import Page
from shared.components.ledger.batches import BatchState


class BatchView(BaseModel):
    """A journal batch and where it stands with the general ledger."""

    batch_id: str
    company_id: str
    currency: str
    business_date: date
    sequence: int
    attempt: int
    state: BatchState
    reason: str | None
    """Why the ledger rejected it."""
    disagreement: str | None
    """How what the ledger booked differs from what was sent."""
    submitted_at: datetime
    answered_at: datetime | None


class TotalView(BaseModel):
    account: str
    account_name: str
    debit: Decimal
    credit: Decimal


class PostingView(BaseModel):
    """One movement of the journal, with the document a controller drills down to."""

    entry_id: str
    line: int
    customer_id: str
    business_date: date
    debit: str
    credit: str
    amount: Decimal
    currency: str
    document: str


class BatchContent(BatchView):
    totals: list[TotalView]
    postings: Page[PostingView]


class EarlyAnswerView(BaseModel):
    """What the general ledger said of a batch or an attempt that has not been submitted yet."""

    batch_id: str
    attempt: int
    """Nil where the ledger booked the batch: that holds for any attempt."""
    kind: Literal["posted", "rejected"]
    business_date: date
    body: dict[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> EarlyAnswerView:
        return cls.model_validate({**row, "body": json.loads(row["body"])})


class Resubmission(BaseModel):
    """Why a rejected batch is sent again."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]


class TrialBalanceLine(BaseModel):
    company_id: str
    currency: str
    account: str
    account_name: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    """Debits less credits."""


class TrialBalance(BaseModel):
    """Debits and credits per account up to the end of a business date."""

    as_of: date
    lines: list[TrialBalanceLine]
