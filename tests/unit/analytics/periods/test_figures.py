"""The figures of a period, by worked examples."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.analytics.periods.domain.figures import PeriodFigures, cash_share_percent, cei_percent, dso_days, relief


def june_2013() -> PeriodFigures:
    """June 2013 of a real receivables history: all was due or paid in cash."""
    return PeriodFigures(
        opening=Decimal("6918.35"),
        sales=Decimal("5849.59"),
        closing=Decimal("5119.85"),
        closing_current=Decimal("4284.29"),
        cash_collected=Decimal("7648.09"),
        days=30,
    )


def test_a_month_of_a_real_history() -> None:
    june = june_2013()
    assert june.collections == Decimal("7648.09")
    assert june.cei_percent == Decimal("90.15")
    assert june.cash_share_percent == Decimal("100.00")
    assert june.dso_days == Decimal("26.26")  # 5,119.85 / 5,849.59 x 30


def test_all_that_was_due_was_collected() -> None:
    # 100 + 50 - 40 collected, and the 40 still open are not due yet
    assert cei_percent(Decimal(100), Decimal(50), Decimal(40), Decimal(40)) == Decimal("100.00")


def test_nothing_was_collected() -> None:
    assert cei_percent(Decimal(100), Decimal(50), Decimal(150), Decimal(50)) == Decimal("0.00")


def test_half_of_what_was_due_was_collected() -> None:
    # (1,000 + 400 - 900) / (1,000 + 400 - 400) x 100
    assert cei_percent(Decimal(1000), Decimal(400), Decimal(900), Decimal(400)) == Decimal("50.00")


def test_no_effectiveness_without_anything_to_collect() -> None:
    assert cei_percent(Decimal(0), Decimal(50), Decimal(50), Decimal(50)) is None
    assert cei_percent(Decimal(0), Decimal(0), Decimal(0), Decimal(0)) is None


def test_discount_is_relief_but_not_cash() -> None:
    relieved = relief(Decimal(100), Decimal(100), Decimal(0))
    assert relieved == Decimal(200)
    assert cash_share_percent(Decimal(196), relieved) == Decimal("98.00")
    assert cash_share_percent(Decimal(0), Decimal(0)) is None


@pytest.mark.parametrize(
    ("closing", "sales", "days", "expected"),
    [
        ("300", "300", 31, "31.00"),  # a month's sales are open: as many days as the month has
        ("450", "300", 30, "45.00"),
        ("100", "300", 31, "10.33"),
        ("1", "200", 31, "0.16"),  # 0.155, half up
        ("100", "0", 31, None),
    ],
)
def test_days_sales_outstanding(closing: str, sales: str, days: int, expected: str | None) -> None:
    answer = dso_days(Decimal(closing), Decimal(sales), days)
    assert answer == (None if expected is None else Decimal(expected))
