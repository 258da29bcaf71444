"""The amounts applied to a customer's items, by day: promises are judged by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Receipts:
    """Cash and discount applied for one customer in one currency; one entry per day, in day order."""

    days: tuple[tuple[date, Decimal], ...] = ()

    def total(self, first: date, last: date) -> Decimal:
        """Applied from `first` to `last`, both included."""
        return sum((amount for day, amount in self.days if first <= day <= last), Decimal(0))

    def reached(self, amount: Decimal, first: date, last: date = date.max) -> date | None:
        """The first day by which `amount` was applied in total since `first`; None when that is not by `last`."""
        applied = Decimal(0)
        for day, received in self.days:
            if first <= day <= last:
                applied += received
                if applied >= amount:
                    return day
        return None
