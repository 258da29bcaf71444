"""What people see of work queues. Amounts are in the currency beside them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.cash_app.open_items.schemas import OpenItemView, View
from services.cash_app.payments.schemas import ApplicationLineView, BankData, SettledView
from services.cash_app.work_queues.domain import Queue


class QueueTotal(View):
    """How much is in a queue, in one currency."""

    queue: Queue | Literal["failed"]
    currency: str
    entries: int
    amount: Decimal


class QueueEntry(View):
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


class ActionView(BaseModel):
    """What a person did with it before."""

    action: str
    person: str
    done_on: date
    reason: str


class Suggestion(BaseModel):
    """What the rules would do; nothing is done until a person decides."""

    sentence: str
    action: Literal["assign", "apply", "refund", "release", "match", "approve", "dispute", "reapply", "none"]
    lines: list[SettledView] = []


class QueueEntryDetail(QueueEntry):
    """Everything a clerk needs for a decision, in one answer."""

    version: int
    suggestion: Suggestion
    candidates: list[Candidate]
    open_items: list[OpenItemView]
    applications: list[ApplicationLineView]
    actions: list[ActionView]
    notes: list[str]
    bank: BankData | None = None
    """What the bank passes on with the money; null for entries that are no money."""


class FailedEvent(BaseModel):
    """An event that could not be handled. Amounts and dates as published; null where the body cannot be read."""

    event_id: UUID
    event_type: str
    """PaymentReceived, PaymentReturned, RemittanceAdvised or CreditMemoPosted."""
    subject_id: str | None
    """Of the payment, return, advice or credit memo."""
    bank_reference: str | None
    customer_id: str | None
    currency: str | None
    amount: Decimal | None
    value_date: str | None
    reason: str
    attempts: int
    since: datetime
    remedy: str


class Retried(BaseModel):
    event_id: UUID
    status: str
