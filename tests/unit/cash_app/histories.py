"""What payments settled, as the tables would give it, and values for stories about corrections."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from services.cash_app.corrections.domain.booked_line import BookedLine
from services.cash_app.corrections.domain.reversal import (
    BookedApplication,
    Correction,
    PaymentHistory,
    ReversalCause,
    reverse,
)
from services.cash_app.open_items.domain.discount_tax import TaxPart
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, payment_of
from services.cash_app.refunds.domain import Refund
from services.cash_app.returns.domain import Return, return_of
from shared.contracts.cash_app import AppliedLine, DeductionOpened, PaymentApplied, PaymentUnapplied, UnappliedLine
from shared.contracts.erp import PaymentReceived, PaymentReturned
from shared.kernel.journal import totals_by_account
from tests.unit.cash_app.cash_books import COMPANY, CashBooks, on, payment


def booked(books: CashBooks, payment_id: str) -> list[BookedApplication]:
    """The payment's applications as the tables would give them, the latest first."""
    undone: defaultdict[str, list[PaymentUnapplied]] = defaultdict(list)
    for reversal in books.published(PaymentUnapplied):
        undone[reversal.application_id].append(reversal)
    found = []
    for applied in books.published(PaymentApplied):
        if applied.payment_id != payment_id:
            continue
        reversals = undone[applied.application_id]
        lines = {number: _line(applied, number, line) for number, line in enumerate(applied.lines, start=1)}
        for line in (line for reversal in reversals for line in reversal.lines):
            lines[line.line_no] = lines[line.line_no].less(_line(applied, line.line_no, line))
        for opened in books.published(DeductionOpened):
            for number, line in lines.items():
                if (
                    opened.application_id == applied.application_id
                    and line.item_id == opened.item_id
                    and line.deduction
                ):
                    lines[number] = replace(line, deductions=(*line.deductions, opened.deduction_id))
        left = tuple(line for line in lines.values() if line.used)
        if left:
            found.append(
                BookedApplication(
                    applied.application_id, payment_id, applied.customer_id, applied.company_id, applied.applied_on,
                    applied.currency, left, len(reversals),
                )
            )  # fmt: skip
    return found[::-1]


def _line(applied: PaymentApplied, number: int, line: AppliedLine | UnappliedLine) -> BookedLine:
    return BookedLine(
        number, applied.customer_id, line.item_id, applied.currency, applied.paid_currency or applied.currency,
        line.amount, line.discount, tuple(TaxPart(t.tax_percent, t.tax) for t in line.discount_taxes), line.tolerance,
        line.deduction, (), line.surplus, line.paid, line.exchange_difference, line.recovered, line.given_back,
    )  # fmt: skip


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
