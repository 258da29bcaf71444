"""What people at the desk ask for and are answered. Amounts are in the currency beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.cash_app.domain.payments import PaymentState
from services.cash_app.views import ApplicationLineView, OpenItemView, SettledView, View
from shared.contracts.event import Identifier, NonNegativeAmount, PositiveAmount

Queue = Literal["suspense", "unmatched", "on_account", "deductions", "duplicates", "returns", "advices", "approvals"]
Reason = Annotated[str, Field(min_length=3, max_length=400)]
SeenVersion = Annotated[
    int | None, Field(ge=0, description="`version` as you saw it: a 409 where it has changed since")
]
Rest = Literal["keep", "on_account"]


class WithReason(BaseModel):
    reason: Reason


class Changed(WithReason):
    """Why something is changed, and which version of it the person saw."""

    expected_version: SeenVersion = None


class Transfer(Changed):
    to_customer_id: Identifier


class PartAsked(BaseModel):
    customer_id: Identifier
    amount: PositiveAmount


class Split(Changed):
    parts: Annotated[list[PartAsked], Field(min_length=1, max_length=50)]


class RefundAsked(Changed):
    amount: PositiveAmount


class WriteOffAsked(Changed):
    """`expected_version` is the item's `item_version`."""

    amount: PositiveAmount


class AdviceDecided(WithReason):
    """Whether what was done with the money is undone and the advice followed, or the advice is laid aside."""

    as_advised: bool


class ReturnOf(WithReason):
    payment_id: Identifier


class DeskLine(BaseModel):
    item_id: Identifier
    amount: PositiveAmount
    discount: NonNegativeAmount = Decimal(0)


class DeskPayment(BaseModel):
    """What one payment settles, and what happens to the rest of it."""

    payment_id: Identifier
    expected_version: Annotated[int, Field(ge=0)]
    lines: Annotated[list[DeskLine], Field(min_length=1, max_length=500)]
    rest: Rest = "keep"


class DeskApplication(WithReason):
    """Several payments to several items of their customers, all or nothing."""

    payments: Annotated[list[DeskPayment], Field(min_length=1, max_length=100)]


class PaymentStanding(BaseModel):
    """Where a payment's money is after a command."""

    payment_id: str
    customer_id: str | None
    state: PaymentState
    currency: str
    amount: Decimal
    unapplied_amount: Decimal
    version: int


class Corrected(BaseModel):
    """What a command did: payments, items and what was settled, all booked in one transaction."""

    payments: list[PaymentStanding]
    reopened: list[ReopenedView]
    settled: list[SettledView]


class ReopenedView(BaseModel):
    """An item whose open amount the command changed."""

    item_id: str
    document_number: str
    customer_id: str
    currency: str
    open_amount: Decimal
    due_date: date
    item_version: int


class Decided(BaseModel):
    """A refund or write-off: posted, or waiting for a second person."""

    approval_id: str
    state: Literal["waiting", "approved", "declined"]
    currency: str
    amount: Decimal
    requested_by: str
    decided_by: str | None


class QueueTotal(View):
    """How much waits in a queue, in one currency."""

    queue: Queue | Literal["failed"]
    currency: str
    entries: int
    amount: Decimal


class DeskEntry(View):
    """One entry of a queue."""

    queue: Queue
    entry_id: str
    customer_id: str | None
    company_id: str
    currency: str
    amount: Decimal
    since: date
    evidence: str
    """Why it is here, in a sentence."""
    reason_code: str | None = None
    """Of a deduction (pricing, freight, damage, tax, unknown) or a return (the bank's code)."""


class Candidate(BaseModel):
    """A customer who may be meant, or a payment or item that may belong to the entry."""

    kind: Literal["customer", "payment", "item"]
    id: str
    score: int
    evidence: str


class StepView(BaseModel):
    """What a person did with it before."""

    action: str
    person: str
    done_on: date
    reason: str


class Suggestion(BaseModel):
    """What the rules would do; nothing is done until a person says so."""

    sentence: str
    action: Literal["assign", "apply", "refund", "release", "match", "approve", "dispute", "reapply", "none"]
    lines: list[SettledView] = []


class DeskDetail(DeskEntry):
    """All a clerk needs for a decision, in one answer."""

    version: int
    suggestion: Suggestion
    candidates: list[Candidate]
    open_items: list[OpenItemView]
    applications: list[ApplicationLineView]
    steps: list[StepView]
    notes: list[str]


Corrected.model_rebuild()
