"""Which days and months a daily run owes a report on."""

from __future__ import annotations

from datetime import date

import pytest

from services.analytics.domain.periods import (
    MONTHS_MAX,
    SNAPSHOT_DAYS_MAX,
    Month,
    months_to_report,
    snapshot_days,
)


def test_a_month_knows_its_days() -> None:
    february = Month.parse("2012-02")
    assert (february.start, february.end, february.days) == (date(2012, 2, 1), date(2012, 2, 29), 29)
    assert february.next() == Month(2012, 3)
    assert Month(2012, 1).previous() == Month(2011, 12)
    assert Month(2012, 12).next() == Month(2013, 1)
    assert str(Month.of(date(2013, 6, 30))) == "2013-06"


@pytest.mark.parametrize(
    "text", ["2013-13", "2013-00", "2013", "13-06", "2013-6", "June 2013", "9999-01", "2013-06-01"]
)
def test_what_is_not_a_month_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="is not a month: write it as year and month"):
        Month.parse(text)


def test_the_first_snapshot_is_of_the_day_before() -> None:
    assert snapshot_days(None, date(2013, 7, 1)) == [date(2013, 6, 30)]


def test_a_weekend_is_caught_up_on() -> None:
    friday, monday = date(2013, 6, 27), date(2013, 7, 1)
    assert snapshot_days(friday, monday) == [date(2013, 6, 28), date(2013, 6, 29), date(2013, 6, 30)]


def test_a_day_that_begins_again_owes_nothing() -> None:
    assert snapshot_days(date(2013, 6, 30), date(2013, 7, 1)) == []
    assert snapshot_days(date(2013, 7, 31), date(2013, 7, 1)) == []


def test_a_calendar_that_jumps_ahead_does_not_flood_the_snapshots() -> None:
    days = snapshot_days(date(2013, 6, 30), date(2033, 6, 30))
    assert len(days) == SNAPSHOT_DAYS_MAX
    assert days[-1] == date(2033, 6, 29)


def test_a_month_is_reported_once_it_has_ended() -> None:
    assert months_to_report(Month(2013, 5), date(2013, 6, 30)) == []
    assert months_to_report(Month(2013, 5), date(2013, 7, 1)) == [Month(2013, 6)]
    assert months_to_report(Month(2013, 6), date(2013, 7, 1)) == []
    assert months_to_report(None, date(2013, 7, 1)) == [Month(2013, 6)]
    assert months_to_report(Month(2013, 4), date(2013, 7, 2)) == [Month(2013, 5), Month(2013, 6)]
    assert len(months_to_report(Month(1990, 1), date(2033, 7, 2))) == MONTHS_MAX
