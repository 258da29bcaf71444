"""Bodies and views of the journal's HTTP routes. Amounts are in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from shared.chassis.http import Page
from shared.chassis.http.schemas import WithReason
from shared.components.ledger.domain import BatchState


class BatchView(BaseModel):
    """A journal batch and its state in the general ledger."""

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
    """How the totals booked differ from the totals sent."""
    submitted_at: datetime
    answered_at: datetime | None


class TotalView(BaseModel):
    account: str
    account_name: str
    debit: Decimal
    credit: Decimal


class PostingView(BaseModel):
    """One movement of the journal, and the document it comes from."""

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


class DeferredAnswerView(BaseModel):
    """An answer of the general ledger about a batch or an attempt that is not submitted yet."""

    batch_id: str
    attempt: int
    """0 where the ledger booked the batch: that holds for any attempt."""
    kind: Literal["posted", "rejected"]
    business_date: date
    body: dict[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> DeferredAnswerView:
        return cls.model_validate({**row, "body": json.loads(row["body"])})


class Resubmission(WithReason):
    """Why a rejected batch is submitted again. Unknown fields are refused."""


class TrialBalanceLine(BaseModel):
    company_id: str
    as_of: date
    """The end of the day up to which it is added up."""
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
    """The day asked for; without one, the latest business day of the companies shown."""
    lines: list[TrialBalanceLine]
