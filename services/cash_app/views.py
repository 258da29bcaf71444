"""What cash application answers over HTTP. Amounts are in the currency beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.cash_app.domain.payments import PaymentState
from shared.contracts.event import Identifier, NonNegativeAmount, PositiveAmount
from shared.kernel.money import round_half_up


class View(BaseModel):
    """Made from a row; amounts get the decimal places of the row's currency."""

    @classmethod
    def of(cls, row: Any) -> Self:
        values = dict(row)
        for name, value in values.items():
            if isinstance(value, Decimal):
                values[name] = round_half_up(value, values["currency"])
        return cls.model_validate(values)


class OpenItemView(View):
    """An item and what is owed on it now."""

    item_id: str
    item_version: int
    customer_id: str
    company_id: str
    document_number: str
    currency: str
    original_amount: Decimal
    open_amount: Decimal
    document_date: date
    due_date: date
    discount_date: date | None
    discount_amount: Decimal
    disputed: bool
    closed_on: date | None


class CandidateView(View):
    """Who may have paid: score 0 to 100 and what speaks for them."""

    customer_id: str
    score: int
    evidence: str


class SuspendedView(View):
    """Money nobody has been identified for, and why not."""

    payment_id: str
    bank_reference: str
    company_id: str
    stated_customer: str | None
    payer_account: str | None
    payer_name: str | None
    currency: str
    amount: Decimal
    value_date: date
    reason: str
    candidates: list[CandidateView]
    """The likeliest first; money is never given to one of them by itself."""


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
    tolerance: Decimal
    """What was missing and written off."""
    deduction: Decimal
    """What was missing and is an item of its own now."""
    rule: str
    why: str
    evidence: str
    score: int
    alternatives: str
    reversed_on: date | None = None
    """The day it was undone by its opposite; null while it stands."""


class AwaitedView(View):
    """A document named in the remittance that is not known yet, and the money that waits for it."""

    document_number: str
    currency: str
    amount: Decimal
    discount: Decimal


class DuplicateView(View):
    """The same bank reference heard again; it did nothing."""

    event_id: UUID
    payment_id: str
    currency: str
    amount: Decimal
    value_date: date


class PaymentDetail(PaymentView):
    """A payment with everything that became of it."""

    identified_by: str
    notes: list[str]
    """Why money is left over, in sentences a clerk can read to the customer."""
    applications: list[ApplicationLineView]
    awaited: list[AwaitedView]
    duplicates: list[DuplicateView]


class AccountItem(View):
    """An item as it stood at the end of the day asked for."""

    item_id: str
    document_number: str
    company_id: str
    currency: str
    document_date: date
    due_date: date
    original_amount: Decimal
    open_amount: Decimal


class AccountPayment(View):
    """A payment as it stood at the end of the day asked for."""

    payment_id: str
    company_id: str
    currency: str
    value_date: date
    amount: Decimal
    unapplied: Decimal
    """Waits for a document."""
    on_account: Decimal


class Balance(View):
    """Per company and currency: what the customer owes, and what of their money is not applied."""

    company_id: str
    currency: str
    open_items: Decimal
    unapplied: Decimal
    on_account: Decimal


class CustomerAccount(BaseModel):
    """A customer's account at the end of a day. The lists are cut at the limit, the balances are complete."""

    customer_id: str
    name: str | None
    as_of: date
    balances: list[Balance]
    items: list[AccountItem]
    """Open at the end of the day, the oldest due first."""
    payments: list[AccountPayment]
    """Received up to the day, the latest first."""
    applications: list[ApplicationLineView]
    """Made up to the day, the latest first."""


class AssignPayment(BaseModel):
    """Whose money it is."""

    customer_id: Identifier
    reason: Annotated[str, Field(min_length=3, max_length=400)]


class ApplyLine(BaseModel):
    """Cash, and discount if earned, for one item of the customer."""

    item_id: Identifier
    amount: PositiveAmount
    discount: NonNegativeAmount = Decimal(0)


class ApplyPayment(BaseModel):
    """Which items the payment settles, in the payment's currency."""

    lines: Annotated[list[ApplyLine], Field(min_length=1, max_length=500)]
    reason: Annotated[str, Field(min_length=3, max_length=400)]


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


def balances_of(rows: Iterable[Any]) -> list[Balance]:
    """One line per company and currency from rows of (company_id, currency, what, amount)."""
    sums: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row in rows:
        sums[row["company_id"], row["currency"]][row["what"]] = row["amount"]
    nothing = {"open_items": Decimal(0), "unapplied": Decimal(0), "on_account": Decimal(0)}
    return [
        Balance.of({"company_id": company_id, "currency": currency, **nothing, **amounts})
        for (company_id, currency), amounts in sorted(sums.items())
    ]
