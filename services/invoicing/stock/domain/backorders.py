"""Backorders: which orders request an item again when it is replenished."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.invoicing.orders.domain.events import ReplenishmentCounts
from services.invoicing.orders.domain.lines import BackorderedLine
from services.invoicing.orders.domain.order import Order
from services.invoicing.stock.domain.requests import request_again
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import StockRequested


@dataclass(frozen=True, slots=True)
class Backorder:
    """A line that waits for stock, stored so that it is found by its item. `quantity` zero: it waits no longer."""

    customer_id: str
    order_id: str
    line_no: int
    company_id: str
    item_id: str
    order_date: date
    quantity: int
    waits_for_others: bool
    """The order ships complete and waits for other items too, so this item alone does not complete it."""


def backorders_of(order: Order) -> list[Backorder]:
    """Every line of the order, with its backordered quantity."""
    several = order.ship_complete and len({line.item_id for line in order.lines if line.backordered}) > 1
    return [_backorder(order, line.line_no, line.item_id, line.backordered, several) for line in order.lines]


def changed_backorders(order: Order) -> list[Backorder]:
    """The changes since the order was listed last, which is now: quantities, and lines that an amendment dropped."""
    backordered = {
        line.line_no: BackorderedLine(line.item_id, line.backordered) for line in order.lines if line.backordered
    }
    listed = order.listed_backorders
    if backordered == listed:
        return []
    order.listed_backorders = backordered
    current = {backorder.line_no for backorder in backorders_of(order)}
    dropped = [
        _backorder(order, line_no, line.item_id, 0, False) for line_no, line in listed.items() if line_no not in current
    ]
    return [*(b for b in backorders_of(order) if b.quantity or b.line_no in listed), *dropped]


def release_backorders(
    replenished: StockReplenished, waiting: Iterable[Order], counts: ReplenishmentCounts
) -> list[tuple[Order, StockRequested]]:
    """Requests lines of this item again, oldest order first, up to the quantity that was replenished.

    An order to be shipped complete requests all its units. Where it waits for other items too, it uses up nothing of
    the quantity: it may well have to wait longer, and must not keep younger orders from the units.
    """
    left, requests = replenished.quantity, []
    for order in sorted(waiting, key=lambda o: (o.order_date, o.order_id, o.customer_id)):
        if left <= 0:
            break
        if order.company_id != replenished.company_id:
            continue
        of_item = [b for b in backorders_of(order) if b.item_id == replenished.item_id and b.quantity]
        if not of_item:
            continue
        if order.ship_complete:
            quantities = {line.line_no: line.backordered for line in order.lines if line.backordered}
            left -= sum(b.quantity for b in of_item if not b.waits_for_others)
        else:
            quantities = {}
            for backorder in of_item:
                granted = min(backorder.quantity, left)
                left -= granted
                if granted:
                    quantities[backorder.line_no] = granted
        requests.append((order, request_again(order, quantities, counts, replenished.business_date)))
    return requests


def _backorder(order: Order, line_no: int, item_id: str, quantity: int, waits_for_others: bool) -> Backorder:
    return Backorder(
        customer_id=order.customer_id,
        order_id=order.order_id,
        line_no=line_no,
        company_id=order.company_id,
        item_id=item_id,
        order_date=order.order_date,
        quantity=quantity,
        waits_for_others=waits_for_others,
    )
