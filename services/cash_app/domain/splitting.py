"""Splitting: one payment that is several customers' becomes parts, each a payment of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.payments import Payment, WrongState
from shared.kernel.journal import Account
from shared.kernel.money import is_exact, round_half_up


class NotSplittable(ValueError):
    """The parts asked for do not fit the payment; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whose part it is, and how much, in the payment's currency."""

    customer_id: str
    amount: Decimal


def split(payment: Payment, parts: Sequence[Part], parts_before: int, on: date, bookings: Bookings) -> list[Payment]:
    """Takes the parts out of what is unapplied of the payment, each assigned to its customer. Raises NotSplittable."""
    total = sum((part.amount for part in parts), Decimal(0))
    for part in parts:
        if part.amount <= 0 or not is_exact(part.amount, payment.currency):
            raise NotSplittable(f"{part.amount} is not an amount in {payment.currency}")
    if total > payment.unapplied_amount:
        raise NotSplittable(
            f"the parts add up to {total} {payment.currency}, but {payment.unapplied_amount} of payment "
            f"{payment.payment_id} is unapplied: undo what was done with the rest first, or ask for less"
        )
    day = max(on, payment.held_since)
    made = []
    for number, part in enumerate(parts, start=parts_before + 1):
        amount = round_half_up(part.amount, payment.currency)
        child = payment.part(amount, number, day)
        payment.pay_out(amount, day, f"{child.payment_id}/split", Account.SUSPENSE, bookings)
        child.take_part(day, bookings)
        child.assign(part.customer_id, day, f"split off payment {payment.payment_id}", bookings)
        made.append(child)
    return made


def rejoin(part: Payment, whole: Payment, on: date, bookings: Bookings) -> None:
    """Puts a part, wholly unapplied, back to the payment it was split off. Raises WrongState."""
    if part.unapplied_amount != part.amount:
        raise WrongState(
            f"{part.unapplied_amount} of {part.amount} {part.currency} of payment {part.payment_id} is unapplied: "
            "undo what was done with the rest first"
        )
    day = max(on, part.held_since, whole.held_since)
    part.hold(day, bookings)
    entry = f"{part.payment_id}/rejoined"
    part.pay_out(part.amount, day, entry, Account.SUSPENSE, bookings)
    whole.pay_in(part.amount, day, entry, Account.SUSPENSE, bookings)
