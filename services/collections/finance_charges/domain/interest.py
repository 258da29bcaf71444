"""Interest on what was open on each day: periods of a constant balance, times rate and days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from services.collections.receivables.domain.open_items import OpenItem
from shared.kernel.money import round_half_up

DayCount: TypeAlias = Literal["actual/365", "actual/360", "30/360"]


@dataclass(frozen=True, slots=True)
class Period:
    """A balance that was open from the end of day `after` to the end of day `through`."""

    balance: Decimal
    after: date
    through: date

    @property
    def days(self) -> int:
        """Calendar days."""
        return (self.through - self.after).days


@dataclass(frozen=True, slots=True)
class Terms:
    """What interest is worked out with: the rate a year in per cent, the day count, and the days of grace."""

    annual_percent: Decimal
    day_count: DayCount
    grace_days: int


def periods(item: OpenItem, after: date, through: date) -> list[Period]:
    """What was open of an item between two days, by the value dates of its payments. Money counts from the day after.

    The due date is no day of interest, and the day on which money came is one: 30 November to 16 December are 16 days.
    """
    balance = item.open_amount - sum((change for day, change in item.changes.items() if day > after), Decimal(0))
    found, since = [], after
    for day in sorted(day for day in item.changes if after < day < through):
        found.append(Period(balance, since, day))
        balance, since = balance + item.changes[day], day
    found.append(Period(balance, since, through))
    return [period for period in found if period.balance > 0 and period.after < period.through]


def days_late(item: OpenItem, through: date) -> int:
    """How long the item was open past its due date, up to a day."""
    late = periods(item, item.due_date, through) if item.due_date < through else []
    return (late[-1].through - item.due_date).days if late else 0


def interest(balances: Sequence[Period], terms: Terms, currency: str) -> Decimal:
    """Simple interest on all periods together, rounded once half-up at the currency's exponent.

    I = P * r * t; t by "Actual/365 (Fixed)", "Actual/360" or "30E/360" of the 2006 ISDA Definitions, 4.16(d), (e) and
    (g).
    """
    parts = (period.balance * counted_days(period, terms.day_count) for period in balances)
    year = 365 if terms.day_count == "actual/365" else 360
    return round_half_up(sum(parts, Decimal(0)) * terms.annual_percent / (100 * year), currency)


def interest_due(item: OpenItem, after: date, through: date, terms: Terms) -> Decimal:
    """The interest on an item for the days after one day through another; nothing within the days of grace."""
    if days_late(item, through) <= terms.grace_days:
        return Decimal(0)
    return interest(periods(item, after, through), terms, item.currency)


def counted_days(period: Period, day_count: DayCount) -> int:
    """The days of a period as the day count has them: calendar days, or months of 30 days."""
    if day_count != "30/360":
        return period.days
    first, last = period.after, period.through
    months = 12 * (last.year - first.year) + last.month - first.month
    return 30 * months + min(last.day, 30) - min(first.day, 30)
