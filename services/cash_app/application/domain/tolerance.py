"""Tolerance: a small difference, missing or too much, is booked to an account of its own instead of being claimed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.cash_app.application.domain.application_rules import ToleranceRules
from services.cash_app.application.domain.settlement import SettledLine
from services.cash_app.open_items.domain.open_item import OpenItem
from shared.kernel.money import Money


def within(missing: Decimal, item: OpenItem, rules: ToleranceRules) -> bool:
    """Whether `missing`, in the item's currency, is something and within the limits by amount and by per cent."""
    return 0 < missing <= rules.amount and missing * 100 <= item.open_amount * rules.percent


def keep_surplus(lines: Sequence[SettledLine], money: Decimal, rules: ToleranceRules) -> list[SettledLine]:
    """The same lines; where `money` is more than they settle by a difference within both limits, the last keeps it.

    The per cent is of what the lines settle. Nothing is kept where an item stays open or was converted: more could
    have been paid on it.
    """
    surplus = money - sum((line.cash for line in lines), Decimal(0))
    settled = money - surplus
    if not lines or not 0 < surplus <= rules.amount or surplus * 100 > settled * rules.percent:
        return list(lines)
    *others, last = lines
    if any(line.conversion or line.item.open_amount > line.closes for line in lines):
        return list(lines)
    why = f"{last.why}; {Money(surplus, last.item.currency)} too much is kept as a small difference"
    return [*others, last._replace(surplus=surplus, why=why)]
