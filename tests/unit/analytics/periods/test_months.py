"""Calendar months, and which of them the daily run must report."""

from __future__ import annotations

from datetime import date

import pytest

from services.analytics.periods.domain.months import MONTHS_MAX, Month, months_to_report


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


def test_a_month_is_reported_once_it_has_ended() -> None:
    assert months_to_report(Month(2013, 5), date(2013, 6, 30)) == []
    assert months_to_report(Month(2013, 5), date(2013, 7, 1)) == [Month(2013, 6)]
    assert months_to_report(Month(2013, 6), date(2013, 7, 1)) == []
    assert months_to_report(None, date(2013, 7, 1)) == [Month(2013, 6)]
    assert months_to_report(Month(2013, 4), date(2013, 7, 2)) == [Month(2013, 5), Month(2013, 6)]
    assert len(months_to_report(Month(1990, 1), date(2033, 7, 2))) == MONTHS_MAX
