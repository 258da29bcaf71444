"""Months back and forth, whatever their length."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.calendar import month_end, months_after, months_before, months_between, previous_month_end

DAY = st.dates(date(1990, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)), (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)), (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)), (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 5, 31), 0, date(2026, 5, 31)),
    ],
)  # fmt: skip
def test_the_same_day_or_the_months_last(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected
    assert months_before(day, -months) == expected


@pytest.mark.parametrize(
    ("earlier", "later", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 28), 0), (date(2026, 1, 31), date(2026, 3, 31), 2),
        (date(2026, 1, 15), date(2026, 2, 14), 0), (date(2026, 1, 15), date(2026, 2, 15), 1),
        (date(2025, 12, 1), date(2026, 12, 1), 12), (date(2026, 2, 15), date(2026, 1, 15), -1),
    ],
)  # fmt: skip
def test_only_whole_months_count(earlier: date, later: date, months: int) -> None:
    assert months_between(earlier, later) == months


@given(DAY, st.integers(0, 240))
def test_months_after_are_as_many_unless_the_day_does_not_exist(day: date, months: int) -> None:
    later = months_after(day, months)
    assert months_between(day.replace(day=1), later.replace(day=1)) == months
    assert later.day == min(day.day, month_end(later).day)


def test_the_ends_of_this_month_and_the_one_before() -> None:
    assert month_end(date(2024, 2, 1)) == month_end(date(2024, 2, 29)) == date(2024, 2, 29)
    assert previous_month_end(date(2026, 1, 1)) == previous_month_end(date(2026, 1, 31)) == date(2025, 12, 31)
