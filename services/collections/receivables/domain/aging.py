"""A customer's open items by age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.kernel.aging import AgingBucket, bucket_of
from shared.kernel.business_days import BusinessDays


@dataclass(slots=True)
class Aged:
    """Open amounts of one customer, company and currency by bucket at the end of the company's day."""

    company_id: str
    currency: str
    as_of: date
    buckets: dict[AgingBucket, Decimal] = field(default_factory=lambda: dict.fromkeys(AgingBucket, Decimal(0)))
    open_items: int = 0

    @property
    def total(self) -> Decimal:
        return sum(self.buckets.values(), Decimal(0))

    @property
    def overdue(self) -> Decimal:
        return self.total - self.buckets[AgingBucket.CURRENT]


def aged(owed: Iterable[tuple[str, str, date, Decimal, int]], days: BusinessDays) -> list[Aged]:
    """Sums (company, currency, due date, open amount, number of items) into buckets, each company by its own day.

    One result per company and currency, sorted. Before the first business day nothing is overdue.
    """
    found: dict[tuple[str, str], Aged] = {}
    for company_id, currency, due_date, amount, items in owed:
        as_of = days.of(company_id) or date.min
        sums = found.setdefault((company_id, currency), Aged(company_id, currency, as_of))
        sums.buckets[bucket_of(due_date, as_of)] += amount
        sums.open_items += items
    return [found[key] for key in sorted(found)]
