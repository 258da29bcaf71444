"""The clock begins each day once, in order, and makes up for days on which it did not run."""

from __future__ import annotations

from datetime import date

import pytest

from o2c.stack import StackError
from o2c.stack.clock import Clock, due

MONDAY, TUESDAY, WEDNESDAY = date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)


def days(*arguments: object) -> list[tuple[str, date]]:
    return [(event.company_id, event.business_date) for event in due(*arguments)]  # type: ignore[arg-type]


def test_the_first_day_is_today() -> None:
    assert days(["C1"], {}, TUESDAY, None) == [("C1", TUESDAY)]


def test_the_first_day_can_be_named() -> None:
    assert days(["C1"], {}, TUESDAY, MONDAY) == [("C1", MONDAY), ("C1", TUESDAY)]


def test_a_day_begun_does_not_begin_again() -> None:
    assert days(["C1"], {"C1": TUESDAY}, TUESDAY, MONDAY) == []


def test_days_missed_are_made_up_for_in_order() -> None:
    assert days(["C2", "C1"], {"C1": MONDAY, "C2": TUESDAY}, WEDNESDAY, None) == [
        ("C1", TUESDAY),
        ("C1", WEDNESDAY),
        ("C2", WEDNESDAY),
    ]


def test_a_day_ahead_of_the_clock_is_left_alone() -> None:
    assert days(["C1"], {"C1": WEDNESDAY}, MONDAY, None) == []


def test_an_unknown_time_zone_is_named() -> None:
    with pytest.raises(StackError, match="'Mars/Olympus' is not a known time zone"):
        Clock("localhost:9092", ["C1"], "Mars/Olympus", idempotent=True)
