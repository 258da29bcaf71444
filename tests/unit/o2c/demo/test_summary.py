"""The demo's tables: every amount has the decimals of its currency, on a narrow terminal too."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from o2c.demo.exposure_summary import Exposure, exposure_tables
from o2c.demo.summary import aging_table, months_table

AGING = {
    "currency": "JPY", "current": "1234567", "days_1_30": "0", "days_31_60": "5", "days_61_90": "0",
    "days_91_120": "0", "over_120": "0", "total": "1234572", "open_items": 1200,
}  # fmt: skip
MONTH = {
    "month": "2025-01", "currency": "USD", "opening": "0.00", "sales": "12345.6", "closing": "2345.50",
    "cash_collected": "10000.1", "dso_days": "31.25", "cei_percent": None,
}  # fmt: skip
EXPOSURE = Exposure(
    parts=[
        {"part": "open_items", "currency": "KWD", "amount": Decimal("1234.5")},
        {"part": "open_items", "currency": "USD", "amount": Decimal("1234.500")},
    ],
    groups=[{"name": "Acme", "members": ["A", "B"], "currency": "EUR", "exposure": "1000.4", "pooled_limit": None}],
    rates=0,
    amended=0,
)


def printed(table: Table, width: int = 140) -> str:
    out = StringIO()
    Console(file=out, width=width).print(table)
    return out.getvalue()


@pytest.mark.parametrize(
    ("table", "amounts"),
    [
        (aging_table([AGING]), ["1,234,567", "1,234,572", "1,200"]),
        (months_table([MONTH]), ["12,345.60", "2,345.50", "10,000.10"]),
        (exposure_tables(EXPOSURE)[0], ["1,234.500", "1,234.50"]),
        (exposure_tables(EXPOSURE)[1], ["1,000.40"]),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(table: Table, amounts: list[str]) -> None:
    words = printed(table).split()
    assert [amount for amount in amounts if amount not in words] == []


def test_no_figure_is_cut_on_a_narrow_terminal() -> None:
    narrow = printed(aging_table([AGING]), width=40)
    assert "\N{HORIZONTAL ELLIPSIS}" not in narrow
