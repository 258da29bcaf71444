"""INV_CTRL: what is on the shelf, what is set aside, what comes in and what leaves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.contracts.inv_ctrl import ShipmentConfirmed, ShippedLine, StockAnswered, StockLine, StockReplenished
from shared.contracts.invoicing import AllocationReleased, PickListReleased, RequestedLine, StockRequested
from simulator.calendar import business_days_later
from simulator.catalogue import Item
from simulator.company import COMPANY_ID
from simulator.dice import Dice

_DEMAND_WORTH_PER_DAY: Final = 1_700
"""What is asked of an item on an average day, at its standard price."""
_OPENING_DAYS, _REORDER_AT_DAYS, _REORDER_DAYS = 9, 4, 10
_PERCENT_SHIPPED_AT_ONCE, _PERCENT_SHIPPED_NEXT_DAY = 62, 22


@dataclass(frozen=True, slots=True)
class Shelf:
    """How much of an item is normally kept."""

    opening: int
    reorder_at: int
    reorder: int


def shelf_for(item: Item) -> Shelf:
    daily = max(2, int(_DEMAND_WORTH_PER_DAY / item.unit_price))
    return Shelf(opening=_OPENING_DAYS * daily, reorder_at=_REORDER_AT_DAYS * daily, reorder=_REORDER_DAYS * daily)


_UNLISTED: Final = Shelf(opening=1_000, reorder_at=100, reorder=1_000)
"""For items that are in the master data but not from this simulation."""


@dataclass(slots=True)
class _Parcel:
    pick_list: PickListReleased
    number: int
    leaves_on: date
    quantities: dict[int, int]


class Warehouse:
    """Stock by item. What is set aside for an order is off the shelf at once."""

    def __init__(self, items: Mapping[str, Item], dice: Dice) -> None:
        self._dice = dice
        self._shelves = {item_id: shelf_for(item) for item_id, item in items.items()}
        self.on_shelf = {item_id: shelf.opening for item_id, shelf in self._shelves.items()}
        self._short: dict[str, int] = {}
        self._on_order: dict[str, tuple[date, int]] = {}
        self._complete_orders: set[str] = set()
        self._parcels: list[_Parcel] = []

    def answer(self, request: StockRequested) -> StockAnswered:
        """Sets aside what is there; everything or nothing where the order ships complete."""
        if request.ship_complete:
            self._complete_orders.add(request.order_id)
        enough = all(self._available(line.item_id) >= needed for line, needed in self._needed(request.lines))
        lines = []
        for line in request.lines:
            given = min(line.quantity, self._available(line.item_id)) if enough or not request.ship_complete else 0
            self.on_shelf[line.item_id] = self._available(line.item_id) - given
            if given < line.quantity:
                self._short[line.item_id] = self._short.get(line.item_id, 0) + line.quantity - given
            lines.append(
                StockLine(line_no=line.line_no, item_id=line.item_id, allocated=given, short=line.quantity - given)
            )
        return StockAnswered(
            request_id=request.request_id,
            request_no=request.request_no,
            order_id=request.order_id,
            customer_id=request.customer_id,
            business_date=request.business_date,
            lines=tuple(lines),
        )

    def arrivals(self, day: date) -> list[StockReplenished]:
        """Goods that reach the warehouse on `day`; then orders anew what runs low."""
        arrived = [
            StockReplenished(
                replenishment_id=f"RP-{day:%Y%m%d}-{item_id}",
                company_id=COMPANY_ID,
                item_id=item_id,
                quantity=quantity,
                business_date=day,
            )
            for item_id, (due, quantity) in sorted(self._on_order.items())
            if due <= day
        ]
        for replenishment in arrived:
            self.receive(replenishment.item_id, replenishment.quantity)
        self._reorder(day)
        return arrived

    def return_to_stock(self, released: AllocationReleased) -> None:
        """Released allocations go back into stock."""
        for line in released.lines:
            self.on_shelf[line.item_id] = self._available(line.item_id) + line.quantity

    def receive(self, item_id: str, quantity: int) -> None:
        self.on_shelf[item_id] = self._available(item_id) + quantity
        self._on_order.pop(item_id, None)
        self._short.pop(item_id, None)

    def pick(self, pick_list: PickListReleased, day: date) -> None:
        """Takes a pick list and decides in how many parcels, and when, it leaves."""
        cast = self._dice.on("ship", pick_list.pick_list_id)
        wanted = {line.line_no: line.quantity for line in pick_list.lines}
        chance = cast.randrange(100)
        tomorrow = business_days_later(day, 1)
        if chance < _PERCENT_SHIPPED_AT_ONCE + _PERCENT_SHIPPED_NEXT_DAY or pick_list.order_id in self._complete_orders:
            leaves_on = day if chance < _PERCENT_SHIPPED_AT_ONCE else tomorrow
            self._parcels.append(_Parcel(pick_list, 1, leaves_on, wanted))
            return
        first, rest = _split(wanted)
        later = business_days_later(day, cast.randint(1, 3))
        self._parcels.append(_Parcel(pick_list, 1, day if first else later, first or rest))
        if first:
            self._parcels.append(_Parcel(pick_list, 2, later, rest))

    def shipments(self, day: date) -> list[ShipmentConfirmed]:
        """The parcels that leave on `day`, in business order."""
        leaving = [parcel for parcel in self._parcels if parcel.leaves_on <= day]
        self._parcels = [parcel for parcel in self._parcels if parcel.leaves_on > day]
        confirmed = [
            ShipmentConfirmed(
                shipment_id=f"{parcel.pick_list.pick_list_id}/S{parcel.number}",
                order_id=parcel.pick_list.order_id,
                customer_id=parcel.pick_list.customer_id,
                shipped_on=day,
                lines=tuple(
                    ShippedLine(line_no=line_no, quantity=quantity)
                    for line_no, quantity in sorted(parcel.quantities.items())
                ),
            )
            for parcel in leaving
        ]
        return sorted(confirmed, key=lambda shipment: shipment.business_order)

    def remember_answer(self, answer: StockAnswered) -> None:
        """Takes what an earlier run set aside off the shelf."""
        for line in answer.lines:
            self.on_shelf[line.item_id] = self._available(line.item_id) - line.allocated
            if line.short:
                self._short[line.item_id] = self._short.get(line.item_id, 0) + line.short

    def remember_picks(
        self, pick_lists: Iterable[PickListReleased], shipments: Iterable[ShipmentConfirmed], day: date
    ) -> None:
        """Lets what an earlier run picked and did not ship in full leave on `day`."""
        shipped: dict[str, list[ShipmentConfirmed]] = {}
        for shipment in shipments:
            shipped.setdefault(shipment.shipment_id.rpartition("/S")[0], []).append(shipment)
        for pick_list in sorted(pick_lists, key=lambda p: p.business_order):
            left = {line.line_no: line.quantity for line in pick_list.lines}
            gone = shipped.get(pick_list.pick_list_id, [])
            for line in (line for shipment in gone for line in shipment.lines):
                left[line.line_no] -= line.quantity
            rest = {line_no: quantity for line_no, quantity in left.items() if quantity > 0}
            if rest:
                self._parcels.append(_Parcel(pick_list, len(gone) + 1, day, rest))

    def _reorder(self, day: date) -> None:
        for item_id in sorted(self.on_shelf):
            shelf = self._shelves.get(item_id, _UNLISTED)
            short = self._short.get(item_id, 0)
            if item_id in self._on_order or (not short and self.on_shelf[item_id] >= shelf.reorder_at):
                continue
            delivery_days = self._dice.on("delivery", item_id, day).randint(2, 8)
            self._on_order[item_id] = (business_days_later(day, delivery_days), shelf.reorder + short)

    def _available(self, item_id: str) -> int:
        return self.on_shelf.get(item_id, _UNLISTED.opening)

    def _needed(self, lines: Iterable[RequestedLine]) -> list[tuple[RequestedLine, int]]:
        """Each line with what is needed of its item by it and the lines before it."""
        total: dict[str, int] = {}
        needed = []
        for line in lines:
            total[line.item_id] = total.get(line.item_id, 0) + line.quantity
            needed.append((line, total[line.item_id]))
        return needed


def _split(wanted: Mapping[int, int]) -> tuple[dict[int, int], dict[int, int]]:
    """Half of every line now, the rest later."""
    first = {line_no: quantity // 2 for line_no, quantity in wanted.items() if quantity // 2}
    rest = {line_no: quantity - first.get(line_no, 0) for line_no, quantity in wanted.items()}
    return first, rest
