"""Splitting: one payment for several customers becomes parts, each a payment of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cash_app.payments.domain.bookings import Bookings, Entry
from services.cash_app.payments.domain.payment import Payment, WrongState
from shared.contracts.erp import PaymentReceived
from shared.kernel.journal import Account
from shared.kernel.money import Money, is_exact, round_half_up


class NotSplittable(ValueError):
    """The requested parts do not fit the payment; the message states why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A customer's part of a payment; the amount is in the payment's currency."""

    customer_id: str
    amount: Decimal


def divide(
    payment: Payment, details: Sequence[PaymentReceived], parts_before: int, bookings: Bookings
) -> list[Payment]:
    """Divides a payment, all of it unapplied, into payments in suspense, one for each detail that the bank reports."""
    made = []
    for number, detail in enumerate(details, start=parts_before + 1):
        part = payment.part(round_half_up(detail.amount, payment.currency), number, payment.held_since)
        part.stated_customer, part.payer_account = detail.customer_id, detail.payer_account
        part.payer_name, part.remittance = detail.payer_name, detail.remittance
        part.details, part.references, part.remittance_note = detail.details, detail.references, detail.remittance_note
        part.trace_number, part.origin = detail.trace_number, detail.origin
        entry = Entry(f"{part.payment_id}/split", payment.held_since)
        payment.pay_out(part.amount, entry, bookings, credit=Account.SUSPENSE)
        part.receive_part(entry, payment, bookings)
        made.append(part)
    return made


def split(payment: Payment, parts: Sequence[Part], parts_before: int, on: date, bookings: Bookings) -> list[Payment]:
    """Takes the parts out of the unapplied money and assigns each to its customer.

    `parts_before` is how many parts were split off before. Raises NotSplittable.
    """
    total = sum((part.amount for part in parts), Decimal(0))
    for part in parts:
        if part.amount <= 0 or not is_exact(part.amount, payment.currency):
            raise NotSplittable(f"{part.amount} is not an amount in {payment.currency}")
    if total > payment.unapplied_amount:
        raise NotSplittable(
            f"the parts add up to {Money(total, payment.currency)}, but "
            f"{Money(payment.unapplied_amount, payment.currency)} of payment {payment.payment_id} is unapplied: "
            "undo first what the rest was used for, or split off less"
        )
    day = max(on, payment.held_since)
    made = []
    for number, part in enumerate(parts, start=parts_before + 1):
        amount = round_half_up(part.amount, payment.currency)
        child = payment.part(amount, number, day)
        entry = Entry(f"{child.payment_id}/split", day)
        payment.pay_out(amount, entry, bookings, credit=Account.SUSPENSE)
        child.receive_part(entry, payment, bookings)
        child.assign(part.customer_id, day, f"split off payment {payment.payment_id}", bookings)
        made.append(child)
    return made


def rejoin(part: Payment, whole: Payment, on: date, bookings: Bookings) -> None:
    """Returns a part that is wholly unapplied to the payment it was split off. Raises WrongState."""
    if part.unapplied_amount != part.amount:
        raise WrongState(
            f"{Money(part.unapplied_amount, part.currency)} of the {Money(part.amount, part.currency)} of payment "
            f"{part.payment_id} is unapplied: "
            "undo first what the rest was used for"
        )
    day = max(on, part.held_since, whole.held_since)
    part.hold(day, bookings)
    entry = Entry(f"{part.payment_id}/rejoined", day)
    part.pay_out(part.amount, entry, bookings, credit=Account.SUSPENSE)
    whole.undo_pay_out(part.amount, entry, bookings, debit=Account.SUSPENSE)
