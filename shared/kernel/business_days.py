"""Business days: each company has its own day, which its calendar began."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class BusinessDays:
    """The last day that each company has begun. Companies in different time zones stand on different days."""

    begun: Mapping[str, date] = field(default_factory=dict)

    def of(self, company_id: str) -> date | None:
        """The company's day; of a company without a calendar of its own the `latest`. None before the first day."""
        return self.begun.get(company_id, self.latest)

    @property
    def latest(self) -> date | None:
        """The latest day of any company: only for what holds for all companies, as policies do."""
        return max(self.begun.values(), default=None)

    def with_begun(self, started: Iterable[tuple[str, date]]) -> BusinessDays:
        """Also with these days of companies. A day that comes late takes no company back."""
        begun = dict(self.begun)
        for company_id, day in started:
            begun[company_id] = max(day, begun.get(company_id, day))
        return BusinessDays(begun)
