"""Refund: money that is not applied goes back to the customer, on a clerk's order and a second person's approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.payments import Payment
from shared.contracts.cash_app import PaymentRefunded
from shared.kernel.journal import Account


class NotRefundable(ValueError):
    """There is not that much to be paid back; the sentence says how much is."""


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as approved; `amount` in the payment's currency."""

    refund_id: str
    amount: Decimal
    ordered_by: str
    approved_by: str
    reason: str
    on: date


def refund(payment: Payment, order: Refund, book: CustomerBook, bookings: Bookings) -> None:
    """Pays out of what is unapplied or on account, to the refund clearing account. Raises NotRefundable."""
    if order.amount > payment.unapplied_amount:
        raise NotRefundable(
            f"{payment.unapplied_amount} {payment.currency} of payment {payment.payment_id} is not applied, "
            f"so {order.amount} cannot be paid back"
        )
    on = max(order.on, payment.held_since)
    book.credit_withdrawn(payment)
    payment.pay_out(order.amount, on, order.refund_id, Account.REFUND_CLEARING, bookings)
    book.add_payment(payment)
    bookings.said.append(_said(payment, order, order.refund_id, order.amount, on))


def cancel(payment: Payment, order: Refund, on: date, book: CustomerBook, bookings: Bookings) -> None:
    """A refund that was not paid out after all: the money is unapplied again."""
    day, reversal_id = max(on, order.on, payment.held_since), f"{order.refund_id}/R"
    book.credit_withdrawn(payment)
    payment.pay_in(order.amount, day, reversal_id, Account.REFUND_CLEARING, bookings)
    bookings.said.append(_said(payment, order, reversal_id, -order.amount, day))


def _said(payment: Payment, order: Refund, refund_id: str, amount: Decimal, on: date) -> PaymentRefunded:
    return PaymentRefunded(
        refund_id=refund_id,
        payment_id=payment.payment_id,
        customer_id=payment.customer_id or "",
        company_id=payment.company_id,
        refunded_on=on,
        currency=payment.currency,
        amount=amount,
        ordered_by=order.ordered_by,
        approved_by=order.approved_by,
        reason=order.reason,
    )
