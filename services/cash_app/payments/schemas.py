"""Payments as people see them, and what a request did to them. Amounts are in the currency beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.cash_app.open_items.schemas import View
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.payments.store import origin_from_json, references_from_json, remittance_from_json
from shared.chassis.http.schemas import WithReason
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied
from shared.contracts.erp import PaymentOrigin, PaymentReference, RemittanceLine

SeenVersion = Annotated[
    int | None, Field(ge=0, description="`version` as you saw it: a 409 where it has changed since")
]


class WithVersion(WithReason):
    """Why something is changed, and which version of it the person saw."""

    expected_version: SeenVersion = None


class PaymentView(View):
    """A payment and where its money is."""

    payment_id: str
    bank_reference: str
    company_id: str
    customer_id: str | None
    payer_account: str | None
    payer_name: str | None
    currency: str
    amount: Decimal
    unapplied_amount: Decimal
    state: PaymentState
    value_date: date
    method: str


class ApplicationLineView(View):
    """One item settled by a payment, by which rule and why."""

    application_id: str
    payment_id: str
    applied_on: date
    item_id: str
    document_number: str
    currency: str
    amount: Decimal
    discount: Decimal
    discount_tax: Decimal = Decimal(0)
    """The part of the discount that is tax."""
    tolerance: Decimal
    """What was missing and written off."""
    deduction: Decimal
    """What was missing and is now an item of its own."""
    rule: str
    why: str
    evidence: str
    score: int
    alternatives: str
    reversed_on: date | None = None
    """The day on which all of it was reversed; null while something of it stands."""
    reversed_amount: Decimal = Decimal(0)
    """The money of it that was reversed."""


class PendingDocumentView(View):
    """A document named in the remittance that is not known yet, and the money that waits for it."""

    document_number: str
    currency: str
    amount: Decimal
    discount: Decimal


class DuplicateView(View):
    """The same bank reference received again; it changed nothing."""

    event_id: UUID
    payment_id: str
    currency: str
    amount: Decimal
    value_date: date


class BankData(View):
    """What the bank passes on with the money, as it was received."""

    details: str
    """The bank's words."""
    remittance: list[RemittanceLine]
    """The documents that the payer names, with amounts."""
    remittance_note: str
    """What of the payer's remittance could not be understood."""
    trace_number: str | None
    references: list[PaymentReference]
    payer_name: str | None
    payer_account: str | None
    origin: PaymentOrigin | None
    """The file and line that report it; null for money that no imported file reports."""

    @classmethod
    def of_payment(cls, row: Any) -> Self:
        """A row with the columns of the payment."""
        return cls(
            details=row["details"],
            remittance=list(remittance_from_json(row["remittance"])),
            remittance_note=row["remittance_note"],
            trace_number=row["trace_number"],
            references=list(references_from_json(row["bank_references"])),
            payer_name=row["payer_name"],
            payer_account=row["payer_account"],
            origin=origin_from_json(row["origin"]),
        )


class PaymentDetail(PaymentView):
    """A payment and what happened to it."""

    document_number: str
    """Of a credit memo, the number printed on it; empty for money."""
    bank: BankData

    identified_by: str
    notes: list[str]
    """Why money is left over, in sentences a clerk can read to the customer."""
    applications: list[ApplicationLineView]
    pending_documents: list[PendingDocumentView]
    duplicates: list[DuplicateView]


class SettledView(BaseModel):
    """What the command settled of an item."""

    item_id: str
    document_number: str
    applied_on: date
    amount: Decimal
    discount: Decimal
    rule: str
    why: str


class PaymentOutcome(BaseModel):
    """Where the payment's money is after the command."""

    payment_id: str
    customer_id: str
    state: PaymentState
    currency: str
    unapplied_amount: Decimal
    lines: list[SettledView]
    notes: list[str]

    @classmethod
    def of(cls, outcome: Outcome, customer_id: str | None = None) -> Self:
        payment = outcome.payments[0]
        return cls(
            payment_id=payment.payment_id,
            customer_id=customer_id or payment.customer_id or "",
            state=payment.state,
            currency=payment.currency,
            unapplied_amount=payment.unapplied_amount,
            lines=settled_views(outcome.bookings),
            notes=payment.note.splitlines(),
        )


class PaymentStanding(BaseModel):
    """Where a payment's money is after a command."""

    payment_id: str
    customer_id: str | None
    state: PaymentState
    currency: str
    amount: Decimal
    unapplied_amount: Decimal
    version: int

    @classmethod
    def of(cls, payment: Payment) -> Self:
        return cls(
            payment_id=payment.payment_id,
            customer_id=payment.customer_id,
            state=payment.state,
            currency=payment.currency,
            amount=payment.amount,
            unapplied_amount=payment.unapplied_amount,
            version=payment.movements,
        )


class ReopenedView(BaseModel):
    """An item whose open amount the command changed."""

    item_id: str
    document_number: str
    customer_id: str
    currency: str
    open_amount: Decimal
    due_date: date
    item_version: int


class BookingResult(BaseModel):
    """What a command did: payments, items and what was settled, all booked in one transaction."""

    payments: list[PaymentStanding]
    reopened: list[ReopenedView]
    settled: list[SettledView]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        changed = (event for event in outcome.bookings.events if isinstance(event, OpenItemChanged))
        latest = {(change.customer_id, change.item_id): change for change in changed}
        return cls(
            payments=[PaymentStanding.of(payment) for payment in outcome.payments],
            reopened=[ReopenedView(**change.model_dump()) for change in latest.values()],
            settled=settled_views(outcome.bookings),
        )


def settled_views(bookings: Bookings) -> list[SettledView]:
    """What was settled, line by line."""
    applied = [event for event in bookings.events if isinstance(event, PaymentApplied)]
    return [SettledView(applied_on=event.applied_on, **line.model_dump()) for event in applied for line in event.lines]
