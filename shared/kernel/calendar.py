"""The calendar: months that end on the same day, whatever their length."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def months_after(day: date, months: int) -> date:
    """The same day `months` months later; the last day of that month where it has no such day.

    A negative number counts backwards: 31 March less one month is 28 or 29 February.
    """
    total = day.year * 12 + day.month - 1 + months
    year, month = divmod(total, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_before(day: date, months: int) -> date:
    """The same day `months` months earlier; the last day of that month where it has no such day."""
    return months_after(day, -months)


def months_between(earlier: date, later: date) -> int:
    """Whole months from `earlier` to `later`: 31 January to 28 February is none; negative where `later` is earlier."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - 1 if later.day < earlier.day else months


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def previous_month_end(day: date) -> date:
    """The last day of the month before that of `day`."""
    return day.replace(day=1) - timedelta(days=1)
