"""A customer's open items in one company and currency, found by age and by amount without searching.

A customer may have 10,000 of them and pay them one by one, so no rule may read all items for
each payment: ages are sorted once, amounts are kept in heaps that drop closed items when they reach
the top.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from heapq import heappop, heappush

from services.cash_app.application.domain import discount
from services.cash_app.open_items.domain.open_item import Age, OpenItem

Heap = list[tuple[Age, int, OpenItem]]
"""Age, version and item; the version makes entries of one item differ, so that items are never compared."""


class ItemPool:
    """Report each item once with `add`, and each change of its open amount with `changed`."""

    def __init__(self) -> None:
        self.open_total = Decimal(0)
        self._open: dict[str, Decimal] = {}
        self._listed: set[str] = set()
        self._by_age: list[tuple[Age, OpenItem]] = []
        self._oldest = 0
        self._by_amount: dict[Decimal, Heap] = {}
        self._by_net: dict[Decimal, Heap] = {}
        self._net_as_of = date.min

    @property
    def open_count(self) -> int:
        return len(self._open)

    def add(self, item: OpenItem) -> None:
        if item.is_open:
            self.changed(item)

    def changed(self, item: OpenItem) -> None:
        before = self._open.pop(item.item_id, None)
        self.open_total += item.open_amount - (before or Decimal(0))
        if not item.is_open:
            return
        if before is None:
            self._oldest = 0
        if item.item_id not in self._listed:
            self._listed.add(item.item_id)
            insort(self._by_age, (item.age, item))
        self._open[item.item_id] = item.open_amount
        self._index(item)

    def single(self) -> OpenItem | None:
        """The only open item; None if there are several or none."""
        return next(self.oldest_first()) if self.open_count == 1 else None

    def oldest_first(self) -> Iterator[OpenItem]:
        """Open items by due date and document number."""
        while self._oldest < len(self._by_age) and not self._by_age[self._oldest][1].is_open:
            self._oldest += 1
        for position in range(self._oldest, len(self._by_age)):
            item = self._by_age[position][1]
            if item.is_open:
                yield item

    def with_open_amount(self, amount: Decimal) -> OpenItem | None:
        """The oldest item on which exactly `amount` is open."""
        heap = self._by_amount.get(amount, [])
        while heap and heap[0][2].open_amount != amount:
            heappop(heap)
        return heap[0][2] if heap else None

    def with_net_amount(self, amount: Decimal, paid_on: date) -> OpenItem | None:
        """The oldest item that `amount`, paid on that day, closes together with its discount."""
        if paid_on < self._net_as_of:
            self._index_nets_anew()
        self._net_as_of = paid_on
        heap = self._by_net.get(amount, [])
        while heap and _net(heap[0][2], paid_on) != amount:
            heappop(heap)
        return heap[0][2] if heap else None

    def closed_by(self, amount: Decimal, paid_on: date, most: int) -> list[OpenItem]:
        """Items that `amount` closes, with their discount or without it; none where there may be more than `most`."""
        self.with_net_amount(amount, paid_on)
        entries = [*self._by_amount.get(amount, []), *self._by_net.get(amount, [])]
        if len(entries) > 2 * most:
            return []
        found = {
            item.item_id: item
            for _, _, item in entries
            if item.is_open and amount in (item.open_amount, discount.net_amount(item, paid_on))
        }
        return sorted(found.values(), key=lambda item: item.age)[:most]

    def _index(self, item: OpenItem) -> None:
        heappush(self._by_amount.setdefault(item.open_amount, []), (item.age, item.item_version, item))
        self._index_net(item)

    def _index_net(self, item: OpenItem) -> None:
        net = _net(item, item.document_date)
        if net is not None:
            heappush(self._by_net.setdefault(net, []), (item.age, item.item_version, item))

    def _index_nets_anew(self) -> None:
        # Expired discounts were dropped from the heaps; money of an earlier value date may still earn them.
        self._by_net.clear()
        for _, item in self._by_age:
            self._index_net(item)


def _net(item: OpenItem, paid_on: date) -> Decimal | None:
    """What closes the item with its discount; None where it is closed or there is none to be had."""
    net = discount.net_amount(item, paid_on)
    return net if net < item.open_amount else None
