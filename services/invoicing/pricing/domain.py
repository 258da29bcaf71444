"""Prices: by price list, item and day, with quantity breaks; and what a quantity is charged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Self

from shared.contracts.erp import PriceChanged
from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class Price:
    """The price of an item on a price list from `valid_from` on, until a later one takes over."""

    price_list_id: str
    item_id: str
    valid_from: date
    version: int
    currency: str
    breaks: tuple[tuple[int, Decimal], ...]
    """Minimum quantity and unit price in `currency`, by rising quantity."""

    @classmethod
    def of(cls, event: PriceChanged) -> Self:
        return cls(
            event.price_list_id,
            event.item_id,
            event.valid_from,
            event.version,
            event.currency,
            tuple(sorted((b.minimum_quantity, b.unit_price) for b in event.breaks)),
        )

    @property
    def minimum_quantity(self) -> int:
        return self.breaks[0][0]

    def unit_price(self, quantity: int) -> Decimal | None:
        """The price of the highest break that `quantity` reaches; None below the first."""
        reached = None
        for minimum, price in self.breaks:
            if minimum > quantity:
                break
            reached = price
        return reached


class PriceBook:
    """All prices that an order may need, looked up by day."""

    def __init__(self, prices: Iterable[Price]) -> None:
        self._prices: defaultdict[tuple[str, str], list[Price]] = defaultdict(list)
        for price in prices:
            self._prices[price.price_list_id, price.item_id].append(price)

    def on(self, price_list_id: str, item_id: str, day: date) -> Price | None:
        """The latest price whose `valid_from` is not after `day`; of one date, the highest version."""
        found: Price | None = None
        for price in self._prices.get((price_list_id, item_id), ()):
            if price.valid_from <= day and (
                found is None or (price.valid_from, price.version) > (found.valid_from, found.version)
            ):
                found = price
        return found


class Charge(NamedTuple):
    """What a quantity of a line is charged, in the order's currency."""

    net: Decimal
    tax: Decimal


def charge(unit_price: Decimal, tax_percent: Decimal, before: int, quantity: int, currency: str) -> Charge:
    """The charge for `quantity` units of a line of which `before` were charged earlier.

    Net is rounded half-up over what is charged so far, so that however a line is split, its parts
    add up to the net of the whole line and never to more. Tax is of this part's own net, half-up.
    """
    net = round_half_up(unit_price * (before + quantity), currency)
    if before:
        net -= round_half_up(unit_price * before, currency)
    return Charge(net, round_half_up(net * tax_percent / 100, currency))
