"""A customer's items by all that payers write for them: numbers, the ends of numbers, orders, purchase orders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from services.cash_app.open_items.domain.document_number import reference_key
from services.cash_app.open_items.domain.open_item import OpenItem

_GROUPS: Final = re.compile(r"[A-Za-z]+|\d+")


class ItemNames:
    """Items by reference key. One key may be that of several items."""

    def __init__(self, items: Iterable[OpenItem]) -> None:
        self._numbers: defaultdict[str, list[OpenItem]] = defaultdict(list)
        self._orders: defaultdict[str, list[OpenItem]] = defaultdict(list)
        self._endings: defaultdict[str, list[OpenItem]] = defaultdict(list)
        for item in items:
            self.add(item)

    def add(self, item: OpenItem) -> None:
        """Adds an item under its number, its order and the customer's own number of the order."""
        self._numbers[reference_key(item.document_number)].append(item)
        orders = {reference_key(name) for name in (item.order_id, item.customer_reference) if name}
        for key in orders - {""}:
            self._orders[key].append(item)
        endings = {end for name in (item.document_number, item.customer_reference) for end in _endings(name)}
        for key in endings - orders:
            self._endings[key].append(item)

    def of_number(self, key: str) -> Sequence[OpenItem]:
        """Items with this number."""
        return self._numbers.get(key, ())

    def of_order(self, key: str) -> Sequence[OpenItem]:
        """Items of this order, ours or the customer's number of it."""
        return self._orders.get(key, ())

    def of_ending(self, key: str) -> Sequence[OpenItem]:
        """Items whose number, or the customer's number of their order, ends so."""
        return self._endings.get(key, ())


def _endings(name: str) -> list[str]:
    groups = _GROUPS.findall(name)
    keys = ["".join(groups[start:]) for start in range(1, len(groups))]
    return [key for key in map(reference_key, keys) if any(map(str.isdigit, key))]
