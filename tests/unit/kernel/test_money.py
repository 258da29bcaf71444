"""Money: exact, half-up at the line, never two currencies in one sum."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.money import CurrencyMismatch, Money, UnknownCurrency, amount_text, is_exact, round_half_up

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=6)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("10.005", "USD", "10.01"),
        ("10.004999", "USD", "10.00"),
        ("-10.005", "USD", "-10.01"),
        ("2.5", "JPY", "3"),
        ("0.0005", "KWD", "0.001"),
    ],
)
def test_rounding_is_half_up_at_the_currencys_exponent(amount: str, currency: str, rounded: str) -> None:
    assert str(round_half_up(Decimal(amount), currency)) == rounded


def test_an_unknown_currency_is_named() -> None:
    with pytest.raises(UnknownCurrency, match=r"'ABC'.*ISO 4217"):
        round_half_up(Decimal(1), "ABC")


def test_two_currencies_do_not_add() -> None:
    with pytest.raises(CurrencyMismatch, match="convert"):
        Money(Decimal("1.00"), "USD") + Money(Decimal("1.00"), "EUR")
    with pytest.raises(CurrencyMismatch):
        _ = Money(Decimal("1.00"), "USD") < Money(Decimal("1.00"), "EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        ("1234567.5", "EUR", "1,234,567.50"),
        ("1234567.500", "USD", "1,234,567.50"),
        ("-1234.5", "JPY", "-1,235"),
        ("0.0005", "KWD", "0.001"),
        ("999", "USD", "999.00"),
    ],
)
def test_money_reads_as_a_clerk_writes_it(amount: str, currency: str, shown: str) -> None:
    """With the currency's decimals, whatever the column or the calculation it comes from."""
    assert amount_text(Decimal(amount), currency) == shown
    assert str(Money(Decimal(amount), currency)) == f"{shown} {currency}"


@given(st.lists(amounts))
def test_a_total_is_the_sum_of_its_rounded_lines(lines: list[Decimal]) -> None:
    total = Money.total((Money(line, "USD").rounded() for line in lines), "USD")
    assert total.amount == sum((round_half_up(line, "USD") for line in lines), Decimal(0))
    assert is_exact(total.amount, "USD")


@given(amounts)
def test_rounding_moves_an_amount_by_at_most_half_a_cent(amount: Decimal) -> None:
    assert abs(round_half_up(amount, "USD") - amount) <= Decimal("0.005")
