"""The table of prices."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from pydantic_core import to_json

from services.invoicing.pricing.domain import Price
from shared.chassis.transaction.unit_of_work import Table


def price_from_row(row: Mapping[str, Any]) -> Price:
    breaks = tuple((minimum, Decimal(unit_price)) for minimum, unit_price in json.loads(row["breaks"]))
    return Price(**{**row, "breaks": breaks})


def price_to_row(price: Price) -> tuple[Any, ...]:
    breaks = to_json([(minimum, str(unit_price)) for minimum, unit_price in price.breaks]).decode()
    return (price.price_list_id, price.item_id, price.valid_from, price.version, price.currency, breaks)


PRICES: Final[Table[tuple[str, str, date], Price]] = Table(
    load="load_prices",
    save="save_prices",
    key=lambda price: (price.price_list_id, price.item_id, price.valid_from),
    from_row=price_from_row,
    to_row=price_to_row,
)
