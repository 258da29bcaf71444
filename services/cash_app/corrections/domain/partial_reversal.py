"""Which part of what a payment settled is undone when only a part of its money is taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from services.cash_app.corrections.domain.booked_line import BookedLine
from services.cash_app.corrections.domain.reversal import BookedApplication, PaymentHistory
from services.cash_app.payments.domain.payment import Payment

NOTHING = Decimal(0)


@dataclass(slots=True)
class PartTaken:
    """How much is taken out of each payment, and the lines that are undone for it."""

    amounts: dict[str, Decimal] = field(default_factory=dict)
    """By payment id, in the currency of the payments."""
    undone: list[tuple[Payment, BookedApplication, list[BookedLine]]] = field(default_factory=list)

    def take(self, payment: Payment, amount: Decimal) -> None:
        self.amounts[payment.payment_id] = self.amounts.get(payment.payment_id, NOTHING) + amount


def part_taken(amount: Decimal, payments: Sequence[Payment], histories: Mapping[str, PaymentHistory]) -> PartTaken:
    """Takes `amount` out of a payment and its parts, so that as little as possible of what it settled is undone.

    If exactly one line used this amount, that line is meant. Otherwise unapplied money goes first, then the latest
    application, its last line first; of one line, the part is undone with its share of the discount. What is more than
    all of this was refunded before.
    """
    part = PartTaken()
    lines = [
        (payment, application, line)
        for payment in payments
        for application in (histories[payment.payment_id].applications if payment.payment_id in histories else ())
        for line in reversed(application.lines)
    ]
    exact = [entry for entry in lines if entry[2].used == amount]
    if len(exact) == 1:
        _undo(*exact[0], part)
        return part
    left = amount
    for payment in payments:
        unapplied = min(left, payment.unapplied_amount)
        if unapplied:
            part.take(payment, unapplied)
            left -= unapplied
    for payment, application, line in lines:
        if not left:
            break
        taken = line.part(left)
        _undo(payment, application, taken, part)
        left -= taken.used
    return part


def _undo(payment: Payment, application: BookedApplication, line: BookedLine, part: PartTaken) -> None:
    part.take(payment, line.used)
    if part.undone and part.undone[-1][1] is application:
        part.undone[-1][2].append(line)
    else:
        part.undone.append((payment, application, [line]))
