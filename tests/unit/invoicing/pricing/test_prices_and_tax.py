"""Which price and which tax rate an order gets."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.invoicing.pricing.domain import Price, PriceBook, charge
from services.invoicing.tax.domain import TaxRates
from shared.kernel.money import round_half_up
from tests.kit.events.sample import DAY, customer, item, order, price
from tests.unit.invoicing.stories import TAXES, catalogue, lines, validated

BREAKS = [{"minimum_quantity": 100, "unit_price": "8"}, {"minimum_quantity": 1, "unit_price": "10"}]


@pytest.mark.parametrize(("quantity", "unit_price"), [(1, "10"), (99, "10"), (100, "8"), (5000, "8")])
def test_the_highest_break_reached_counts(quantity: int, unit_price: str) -> None:
    assert Price.of(price(breaks=BREAKS)).unit_price(quantity) == Decimal(unit_price)


def test_the_latest_price_not_after_the_order_date_counts() -> None:
    book = PriceBook(
        Price.of(price(unit_price=text, valid_from=day, version=version))
        for text, day, version in [
            ("10", DAY - timedelta(days=9), 7),
            ("11", DAY, 1),
            ("12", DAY, 2),
            ("13", DAY + timedelta(days=1), 1),
        ]
    )

    def on(day: date) -> Decimal | None:
        found = book.on("STD", "I-1", day)
        return found.unit_price(1) if found else None

    assert on(DAY - timedelta(days=10)) is None
    assert on(DAY - timedelta(days=1)) == 10
    assert on(DAY) == 12
    assert on(DAY + timedelta(days=30)) == 13


def test_rates_change_on_their_day() -> None:
    assert TAXES.rate_on("DE", date(2020, 6, 30)) == 19
    assert TAXES.rate_on("DE", date(2020, 7, 1)) == 16
    assert TAXES.rate_on("DE", date(2021, 1, 1)) == 19
    assert TAXES.rate_on("DE", date(1989, 12, 31)) is None
    assert TAXES.rate_on("ATLANTIS", DAY) is None


@pytest.mark.parametrize(
    ("jurisdiction", "percent"),
    [("US-CA", "7.25"), ("US-NY", "8.875"), ("US-TX", "6.25"), ("US-OR", "0"), ("US-WA", "6.5"), ("US-FL", "6"),
     ("DE", "19"), ("GB", "20")],
)  # fmt: skip
def test_todays_rates(jurisdiction: str, percent: str) -> None:
    assert TAXES.rate_on(jurisdiction, DAY) == Decimal(percent)


def test_rates_must_be_in_the_order_of_their_days() -> None:
    rates = [{"valid_from": "2024-01-01", "percent": 5}, {"valid_from": "2023-01-01", "percent": 4}]
    with pytest.raises(ValidationError, match="in the order of valid_from"):
        TaxRates.model_validate({"jurisdictions": {"X": {"name": "Xanadu", "rates": rates}}})


def test_the_ship_to_of_the_order_decides_before_the_customers() -> None:
    assert validated(order(jurisdiction="US-CA")).tax == Decimal("7.25")
    assert validated(order()).tax == 0


def test_exempt_customers_and_items_bear_no_tax() -> None:
    exempt = catalogue(customers=[customer(jurisdiction="US-CA", tax_exempt=True)])
    assert validated(order(), exempt).tax == 0
    partly = catalogue(customers=[customer(jurisdiction="US-CA")], items=[item(), item("I-2", taxable=False)])
    accepted = validated(order(lines=lines(10, 10)), partly)
    assert [line.tax_percent for line in accepted.lines] == [Decimal("7.25"), 0]
    assert accepted.tax == Decimal("7.25")


PRICES = st.decimals(min_value=0, max_value=100_000, places=6)
RATES = st.decimals(min_value=0, max_value=100, places=4)


@given(PRICES, RATES, st.lists(st.integers(1, 500), min_size=1, max_size=20), st.sampled_from(["USD", "JPY", "KWD"]))
def test_the_parts_of_a_line_add_up_to_the_line(
    unit_price: Decimal, percent: Decimal, parts: list[int], currency: str
) -> None:
    whole = charge(unit_price, percent, 0, sum(parts), currency)
    charged, before = [], 0
    for part in parts:
        charged.append(charge(unit_price, percent, before, part, currency))
        before += part
    assert sum(c.net for c in charged) == whole.net
    assert all(c.net >= 0 for c in charged)
    for c in charged:
        assert c.net == round_half_up(c.net, currency)
        assert c.tax == round_half_up(c.net * percent / 100, currency)
