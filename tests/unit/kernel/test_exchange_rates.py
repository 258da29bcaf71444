"""Dated exchange rates: direct, inverse, crossed; exact until the one rounding at the end."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.exchange_rates import ConversionRate, DatedExchangeRates, ExchangeRates, rate_text
from shared.kernel.money import UnknownCurrency

DAY = date(2026, 3, 2)
NEXT = DAY + timedelta(days=1)
RATE = st.decimals("0.000000001", "1000000", places=9)
AMOUNT = st.decimals("-99999999.99", "99999999.99", places=2)


def rates(**published: str) -> ExchangeRates:
    """`EURUSD="1.25"`: 1 EUR = 1.25 USD."""
    return ExchangeRates({(pair[:3], pair[3:]): Decimal(rate) for pair, rate in published.items()})


def test_a_direct_rate_comes_before_the_inverse_of_the_opposite_one() -> None:
    both = rates(EURUSD="1.25", USDEUR="0.75")
    assert both.convert(Decimal("100.00"), "EUR", "USD") == Decimal("125.00")
    assert both.convert(Decimal("100.00"), "USD", "EUR") == Decimal("75.00")


def test_the_inverse_is_used_where_only_the_opposite_is_published() -> None:
    rate = rates(EURUSD="1.25").rate("USD", "EUR")
    assert rate is not None
    assert rate.value == Decimal("0.8")
    assert rate.crossed_over is None
    assert rate.convert(Decimal("100.00")) == Decimal("80.00")


@pytest.mark.parametrize(
    "published",
    [
        {"GBPUSD": "1.25", "USDEUR": "0.8"}, {"GBPUSD": "1.25", "EURUSD": "1.25"},
        {"USDGBP": "0.8", "USDEUR": "0.8"}, {"USDGBP": "0.8", "EURUSD": "1.25"},
    ],
)  # fmt: skip
def test_a_cross_rate_goes_over_a_third_currency_in_whichever_directions_it_is_published(
    published: dict[str, str],
) -> None:
    rate = rates(**published).rate("GBP", "EUR")
    assert rate is not None
    assert rate.crossed_over == "USD"
    assert rate.convert(Decimal("50.00")) == Decimal("50.00")


def test_a_rate_of_their_own_comes_before_a_cross_rate() -> None:
    own = rates(EURGBP="0.9", GBPUSD="1.25", USDEUR="0.8")
    assert own.crossed_over("GBP", "EUR") is None
    assert own.convert(Decimal("9.00"), "GBP", "EUR") == Decimal("10.00")


def test_of_several_third_currencies_the_first_by_code_is_taken_in_whichever_order_rates_come() -> None:
    pairs = {"GBPUSD": "1.25", "USDEUR": "0.8", "GBPCHF": "1.1", "CHFEUR": "0.5"}
    for published in (pairs, dict(reversed(pairs.items()))):
        found = rates(**published)
        assert found.crossed_over("GBP", "EUR") == "CHF"
        assert found.crossed_over("EUR", "GBP") == "CHF"
        assert found.convert(Decimal("100.00"), "GBP", "EUR") == Decimal("55.00")


def test_a_cross_rate_goes_over_one_currency_only() -> None:
    chain = rates(GBPUSD="1.25", USDJPY="150", JPYKRW="9")
    assert chain.rate("GBP", "KRW") is None
    assert chain.convert(Decimal("1.00"), "GBP", "KRW") is None


def test_the_same_currency_and_an_amount_of_zero_need_no_rate() -> None:
    none = rates()
    assert none.convert(Decimal("7.00"), "EUR", "EUR") == Decimal("7.00")
    assert none.convert(Decimal("0.00"), "EUR", "USD") == 0
    assert none.convert(Decimal("7.00"), "EUR", "USD") is None
    assert none.rate("EUR", "EUR") == ConversionRate("EUR", "EUR")


def test_an_inverse_does_not_round_before_the_amount_is_rounded() -> None:
    # 1.50 / 300 is exactly half a cent; 1.50 * (1 / 300) in 28 digits is a little less.
    assert rates(EURUSD="300").convert(Decimal("1.50"), "USD", "EUR") == Decimal("0.01")


def test_the_target_currency_decides_the_decimals_and_the_caller_the_rounding() -> None:
    rate = rates(EURKWD="0.33335", EURJPY="160.5").rate("EUR", "JPY")
    assert rate is not None
    assert rate.convert(Decimal("1.00")) == Decimal(161)
    assert rate.convert(Decimal("1.00"), rounding=ROUND_DOWN) == Decimal(160)
    assert str(rates(EURKWD="0.33335").convert(Decimal("10.00"), "EUR", "KWD")) == "3.334"
    with pytest.raises(UnknownCurrency):
        ConversionRate("EUR", "XXX", Decimal(2)).convert(Decimal("1.00"))


@given(AMOUNT, RATE, RATE)
def test_an_amount_is_rounded_once_at_the_end(amount: Decimal, first: Decimal, second: Decimal) -> None:
    rate = ExchangeRates({("USD", "GBP"): first, ("USD", "EUR"): second}).rate("GBP", "EUR")
    assert rate is not None
    exact = Fraction(amount) / Fraction(first) * Fraction(second)
    assert abs(Fraction(rate.convert(amount)) - exact) <= Fraction(1, 200)


@given(AMOUNT, RATE)
def test_an_inverse_of_an_inverse_is_the_rate(amount: Decimal, published: Decimal) -> None:
    rate = ConversionRate("EUR", "USD", published)
    assert rate.inverse().inverse() == rate


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        ("1.250000000", "1.25"), ("1.000000000", "1.0"), ("160.5", "160.5"), ("0.0000005", "0.000001"),
        ("0.8333333333333333333333333333", "0.833333"), ("0.0000004", "less than 0.000001"), ("120", "120.0"),
    ],
)  # fmt: skip
def test_people_are_shown_six_decimals_at_most(rate: str, text: str) -> None:
    assert rate_text(Decimal(rate)) == text


def test_a_rate_reads_as_a_sentence_that_names_the_third_currency() -> None:
    found = rates(GBPUSD="1.25", EURUSD="1.1")
    assert str(found.rate("GBP", "USD")) == "1 GBP = 1.25 USD"
    assert str(found.rate("GBP", "EUR")) == "1 GBP = 1.136364 EUR (crossed over USD)"


class TestSeveralDays:
    def test_each_day_has_its_own_rates(self) -> None:
        dated = DatedExchangeRates()
        dated.add(
            ["EUR", "USD"],
            [DAY, NEXT],
            [(DAY, ("EUR", "USD"), Decimal("1.10")), (NEXT, ("EUR", "USD"), Decimal("1.20"))],
        )
        first, second = dated.rate("EUR", "USD", DAY), dated.rate("EUR", "USD", NEXT)
        assert first is not None and second is not None
        assert (first.value, second.value) == (Decimal("1.10"), Decimal("1.20"))
        assert dated.rate("EUR", "USD", NEXT + timedelta(days=1)) is None

    def test_a_day_is_complete_for_the_currencies_that_were_added(self) -> None:
        dated = DatedExchangeRates()
        assert dated.missing({"USD", "EUR"}, [NEXT, DAY]) == (["EUR", "USD"], [DAY, NEXT])
        dated.add(["EUR"], [DAY, NEXT], [])
        assert dated.missing({"USD", "EUR"}, [NEXT, DAY]) == (["USD"], [DAY, NEXT])
        dated.add(["USD"], [DAY], [])
        assert dated.missing({"USD", "EUR"}, [NEXT, DAY]) == (["USD"], [NEXT])
        assert dated.missing({"EUR"}, [DAY]) == ([], [])

    def test_a_rate_that_was_used_stays_and_one_added_later_completes_a_cross_rate(self) -> None:
        dated = DatedExchangeRates()
        dated.add(["GBP"], [DAY], [(DAY, ("GBP", "USD"), Decimal("1.25"))])
        assert dated.rate("GBP", "EUR", DAY) is None
        dated.add(
            ["EUR"],
            [DAY],
            [(DAY, ("EUR", "USD"), Decimal("1.25")), (DAY, ("GBP", "USD"), Decimal("9.99"))],
        )
        crossed = dated.rate("GBP", "EUR", DAY)
        assert crossed is not None
        assert crossed.convert(Decimal("40.00")) == Decimal("40.00")
