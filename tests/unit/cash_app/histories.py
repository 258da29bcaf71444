"""What payments settled, as the tables would give it, and values for stories about corrections."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from services.cash_app.corrections.domain.reversal import (
    BookedApplication,
    Correction,
    ItemMovement,
    PaymentHistory,
    ReversalCause,
    reverse,
)
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, payment_of
from services.cash_app.refunds.domain import Refund
from services.cash_app.returns.domain import Return, return_of
from shared.contracts.cash_app import DeductionOpened, OpenItemChanged, PaymentApplied
from shared.contracts.erp import PaymentReceived, PaymentReturned
from shared.kernel.journal import totals_by_account
from tests.unit.cash_app.cash_books import COMPANY, CashBooks, on, payment


def booked(books: CashBooks, payment_id: str) -> list[BookedApplication]:
    """The payment's applications as the tables would give them, the latest first."""
    found = []
    for applied in books.published(PaymentApplied):
        if applied.payment_id != payment_id:
            continue
        name = applied.application_id
        deductions = {d.deduction_id for d in books.published(DeductionOpened) if d.application_id == name}
        moved = [
            ItemMovement(c.customer_id, c.item_id, c.change, c.cause)
            for c in books.published(OpenItemChanged)
            if c.cause_id == name or c.cause_id in deductions
        ]
        found.append(
            BookedApplication(
                application_id=name,
                payment_id=payment_id,
                customer_id=applied.customer_id,
                company_id=applied.company_id,
                applied_on=applied.applied_on,
                currency=applied.currency,
                amount=applied.amount,
                discount=applied.discount,
                cash=-sum((m.change for m in books.bookings.movements if m.cause_id == name), Decimal(0)),
                movements=tuple(moved),
                postings=tuple(p for p in books.bookings.postings if p.entry_id == name),
            )
        )
    return found[::-1]


def history(books: CashBooks, payment_id: str) -> PaymentHistory:
    """The payment's applications with their items."""
    items = [*books.items.values(), *books.bookings.items]
    return PaymentHistory(booked(books, payment_id), {(item.customer_id, item.item_id): item for item in items})


def correction(books: CashBooks, day: int = 50, cause: ReversalCause = "reversed") -> Correction:
    return Correction(cause, "it was a mistake", on(day), books.book, books.bookings)


def undo(books: CashBooks, payment_id: str, day: int = 50, cause: ReversalCause = "reversed") -> None:
    """Reverses all that a payment settled."""
    of_payment = history(books, payment_id)
    for application in of_payment.applications:
        reverse(application, books.payments[payment_id], of_payment, correction(books, day, cause))


def balances(bookings: Bookings) -> dict[tuple[str, str], Decimal]:
    """Debits less credits by account and currency, zero left out."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for currency in {posting.currency for posting in bookings.postings}:
        for total in totals_by_account(p for p in bookings.postings if p.currency == currency):
            found[total.account, currency] += total.debit - total.credit
    return {key: amount for key, amount in found.items() if amount}


def suspended(payment_id: str, amount: str, customer_id: str | None = None, **given: Any) -> Payment:
    """A payment that was just received."""
    return payment_of(payment(payment_id, amount, customer_id=customer_id, **given), customer_id, "as received")


def bounced(return_id: str, event: PaymentReceived) -> Return:
    """The return of all of a payment, some days later."""
    return return_of(
        PaymentReturned(
            return_id=return_id, bank_reference=f"B-{return_id}", original_bank_reference=event.bank_reference,
            company_id=COMPANY, currency=event.currency, amount=event.amount, value_date=on(12),
        )
    )  # fmt: skip


def order(amount: str) -> Refund:
    return Refund("RF-1", Decimal(amount), "Pia", "Carl", "they asked for it", on(10))
