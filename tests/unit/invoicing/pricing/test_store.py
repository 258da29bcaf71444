"""Prices are read from the database as they were saved."""

from __future__ import annotations

from services.invoicing.pricing.domain import Price
from services.invoicing.pricing.store import price_from_row, price_to_row
from tests.kit.events.sample import price

PRICE_COLUMNS = "price_list_id item_id valid_from version currency breaks"


def test_a_price() -> None:
    asked = Price.of(price(unit_price="0.123456"))
    assert price_from_row(dict(zip(PRICE_COLUMNS.split(), price_to_row(asked), strict=True))) == asked
