"""Business days: Monday to Friday without the US federal holidays (5 U.S.C. 6103)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class BusinessDay:
    """A business day and its neighbours."""

    today: date
    previous: date
    following: date

    def is_first_on_or_after(self, day_of_month: int) -> bool:
        """Whether this is the first business day of its month on or after that day."""
        if self.today.day < day_of_month:
            return False
        return self.previous.month != self.today.month or self.previous.day < day_of_month

    def is_last_of_week(self) -> bool:
        return self.following.isocalendar().week != self.today.isocalendar().week

    def is_last_chance_for(self, deadline: date) -> bool:
        """Whether who wants to act on or before `deadline` must act today at the latest."""
        return self.following > deadline


@lru_cache(maxsize=64)
def holidays(year: int) -> frozenset[date]:
    """The federal holidays observed in `year`: on Friday for a Saturday, on Monday for a Sunday."""
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    moving = [
        _nth_weekday(year, 1, 0, 3),
        _nth_weekday(year, 2, 0, 3),
        _nth_weekday(year, 6, 0, 1) - timedelta(days=7),
        _nth_weekday(year, 9, 0, 1),
        _nth_weekday(year, 10, 0, 2),
        _nth_weekday(year, 11, 3, 4),
    ]
    # The next New Year's Day is observed in this year when it is a Saturday.
    observed = [_observed(day) for day in [*fixed, date(year + 1, 1, 1)]]
    return frozenset(day for day in [*observed, *moving] if day.year == year)


def is_business_day(day: date) -> bool:
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


def following_business_day(day: date) -> date:
    """The first business day after `day`."""
    day += timedelta(days=1)
    while not is_business_day(day):
        day += timedelta(days=1)
    return day


def previous_business_day(day: date) -> date:
    """The last business day before `day`."""
    day -= timedelta(days=1)
    while not is_business_day(day):
        day -= timedelta(days=1)
    return day


def business_days_later(day: date, count: int) -> date:
    """The business day `count` business days after `day`."""
    for _ in range(count):
        day = following_business_day(day)
    return day


def business_day(day: date) -> BusinessDay:
    return BusinessDay(day, previous_business_day(day), following_business_day(day))


def months_later(day: date, months: int) -> date:
    """The same day `months` months later, or that month's last day where it has no such day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def business_days(start: date, months: int) -> list[date]:
    """The business days from `start` on, for `months` calendar months."""
    end = months_later(start, months)
    day = start if is_business_day(start) else following_business_day(start)
    days = []
    while day < end:
        days.append(day)
        day = following_business_day(day)
    return days


def _observed(day: date) -> date:
    return day + timedelta(days={5: -1, 6: 1}.get(day.weekday(), 0))


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))
