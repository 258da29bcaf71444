"""Of which days the daily run takes an aging snapshot."""

from __future__ import annotations

from datetime import date

from services.analytics.aging.domain import SNAPSHOT_DAYS_MAX, snapshot_days


def test_the_first_snapshot_is_of_the_day_before() -> None:
    assert snapshot_days(None, date(2013, 7, 1)) == [date(2013, 6, 30)]


def test_every_day_of_a_weekend_gets_its_snapshot() -> None:
    friday, monday = date(2013, 6, 27), date(2013, 7, 1)
    assert snapshot_days(friday, monday) == [date(2013, 6, 28), date(2013, 6, 29), date(2013, 6, 30)]


def test_a_day_that_begins_again_takes_no_snapshot() -> None:
    assert snapshot_days(date(2013, 6, 30), date(2013, 7, 1)) == []
    assert snapshot_days(date(2013, 7, 31), date(2013, 7, 1)) == []


def test_a_calendar_that_jumps_ahead_takes_a_limited_number_of_snapshots() -> None:
    days = snapshot_days(date(2013, 6, 30), date(2033, 6, 30))
    assert len(days) == SNAPSHOT_DAYS_MAX
    assert days[-1] == date(2033, 6, 29)
