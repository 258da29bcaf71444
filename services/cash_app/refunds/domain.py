"""Refund: unapplied money goes back to the customer, on a clerk's order and with a second person's approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.payments.domain.bookings import Bookings, Entry
from services.cash_app.payments.domain.payment import Payment
from shared.contracts.cash_app import PaymentRefunded
from shared.contracts.event import NonNegativeAmount
from shared.kernel.journal import Account
from shared.kernel.money import Money

Role = Literal["cash_clerk", "controller", "credit_manager"]


class RefundRules(BaseModel):
    """The policy document `refund_rules`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: dict[Role, NonNegativeAmount | None]
    """How much a second person may approve to be refunded, by role, in the currency of the payment; null: any amount. A
    role that is not named may approve none. No refund is paid without a second person."""


class NotRefundable(ValueError):
    """Less money is unapplied than is to be refunded; the message states how much is."""


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund as approved; `amount` in the payment's currency."""

    refund_id: str
    amount: Decimal
    ordered_by: str
    approved_by: str
    reason: str
    on: date


def refund(payment: Payment, order: Refund, book: CustomerSubledger, bookings: Bookings) -> None:
    """Pays out of what is unapplied or on account, to the refund clearing account. Raises NotRefundable."""
    if order.amount > payment.unapplied_amount:
        raise NotRefundable(
            f"{Money(payment.unapplied_amount, payment.currency)} of payment {payment.payment_id} is unapplied, "
            f"so {Money(order.amount, payment.currency)} cannot be refunded"
        )
    on = max(order.on, payment.held_since)
    book.credit_withdrawn(payment)
    payment.pay_out(order.amount, Entry(order.refund_id, on), bookings, credit=Account.REFUND_CLEARING)
    book.add_payment(payment)
    bookings.events.append(_refunded(payment, order, order.refund_id, order.amount, on))


def cancel(payment: Payment, order: Refund, on: date, book: CustomerSubledger, bookings: Bookings) -> None:
    """Cancels a refund that was not paid out: the money is unapplied again."""
    day, reversal_id = max(on, order.on, payment.held_since), f"{order.refund_id}/R"
    book.credit_withdrawn(payment)
    payment.undo_pay_out(order.amount, Entry(reversal_id, day), bookings, debit=Account.REFUND_CLEARING)
    bookings.events.append(_refunded(payment, order, reversal_id, -order.amount, day))


def _refunded(payment: Payment, order: Refund, refund_id: str, amount: Decimal, on: date) -> PaymentRefunded:
    return PaymentRefunded(
        refund_id=refund_id,
        cancels=order.refund_id if amount < 0 else None,
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
