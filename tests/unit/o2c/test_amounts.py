"""Figures as people see them."""

from __future__ import annotations

from decimal import Decimal

from o2c.amounts import shown_amount


def test_amounts_have_the_decimals_of_their_currency() -> None:
    assert shown_amount(Decimal("1234.5"), "USD") == "1,234.50"
    assert shown_amount(Decimal("1234.5"), "JPY") == "1,235"
    assert shown_amount(Decimal("1.5"), "KWD") == "1.500"
