"""Waking backorders: whose turn it is when an item comes in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.invoicing.domain.orders import Order
from services.invoicing.domain.stock import ask_again
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import StockRequested


@dataclass(frozen=True, slots=True)
class Backorder:
    """A line that waits for stock, as it is found by its item. `quantity` nil: it no longer waits."""

    customer_id: str
    order_id: str
    line_no: int
    company_id: str
    item_id: str
    order_date: date
    quantity: int
    waits_for_others: bool
    """The order ships complete and waits for other items too, so this item alone does not help it."""


def backorders_of(order: Order) -> list[Backorder]:
    """Every line of the order, with what waits of it."""
    several = order.ship_complete and len({line.item_id for line in order.lines if line.backordered}) > 1
    return [
        Backorder(
            order.customer_id,
            order.order_id,
            line.line_no,
            order.company_id,
            line.item_id,
            order.order_date,
            line.backordered,
            several,
        )
        for line in order.lines
    ]


def wake(
    came_in: StockReplenished, waiting: Iterable[Order], heard: Mapping[str, int]
) -> list[tuple[Order, StockRequested]]:
    """Asks again for lines of this item, oldest order first, up to the quantity that came in.

    An order to be shipped complete is asked for as a whole. Where it waits for other items
    too, it uses up nothing of the quantity: it may well go on waiting, and would keep younger
    orders from what is there.
    """
    left, asked = came_in.quantity, []
    for order in sorted(waiting, key=lambda o: (o.order_date, o.order_id, o.customer_id)):
        if left <= 0:
            break
        if order.company_id != came_in.company_id:
            continue
        turn = [b for b in backorders_of(order) if b.item_id == came_in.item_id and b.quantity]
        if not turn:
            continue
        if order.ship_complete:
            quantities = {line.line_no: line.backordered for line in order.lines if line.backordered}
            left -= sum(b.quantity for b in turn if not b.waits_for_others)
        else:
            quantities = {}
            for backorder in turn:
                taken = min(backorder.quantity, left)
                left -= taken
                if taken:
                    quantities[backorder.line_no] = taken
        asked.append((order, ask_again(order, quantities, heard, came_in.business_date)))
    return asked
