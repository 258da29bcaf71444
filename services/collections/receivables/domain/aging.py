"""A customer's open items by age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.kernel.aging import AgingBucket, bucket_of


@dataclass(slots=True)
class Aged:
    """Open amounts of one customer and currency by bucket at the end of a day."""

    currency: str
    buckets: dict[AgingBucket, Decimal] = field(default_factory=lambda: dict.fromkeys(AgingBucket, Decimal(0)))
    open_items: int = 0

    @property
    def total(self) -> Decimal:
        return sum(self.buckets.values(), Decimal(0))

    @property
    def overdue(self) -> Decimal:
        return self.total - self.buckets[AgingBucket.CURRENT]


def aged(owed: Iterable[tuple[str, date, Decimal, int]], as_of: date) -> list[Aged]:
    """Sums (currency, due date, open amount, number of items) into buckets; one result per currency, sorted."""
    by_currency: dict[str, Aged] = {}
    for currency, due_date, amount, items in owed:
        of_currency = by_currency.setdefault(currency, Aged(currency))
        of_currency.buckets[bucket_of(due_date, as_of)] += amount
        of_currency.open_items += items
    return [by_currency[currency] for currency in sorted(by_currency)]
