"""Inventory control's answers and replenishments: pick lists, backorders, and new stock requests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from services.invoicing.orders.domain.approval import approval_expired, request_credit_check
from services.invoicing.orders.domain.events import Outcome
from services.invoicing.orders.domain.order import Order
from services.invoicing.orders.processing import apply_to_orders
from services.invoicing.stock.domain.backorders import release_backorders
from services.invoicing.stock.domain.requests import ANSWERED
from services.invoicing.work import InvoicingWork
from shared.contracts.inv_ctrl import StockAnswered, StockReplenished


async def pick_or_backorder(events: list[StockAnswered], uow: InvoicingWork) -> None:
    """Allocated units go to a pick list, missing ones on backorder; an order that ships complete waits as a whole."""
    await apply_to_orders(events, ANSWERED, uow)


async def request_backorders_again(events: list[StockReplenished], uow: InvoicingWork) -> None:
    """The oldest orders that wait for a replenished item request it again, or ask credit where approval expired."""
    counts = await uow.replenishments.count(events)
    orders = await _waiting_orders(events, uow)
    other_items = {line.item_id for order in orders for line in order.lines if order.ship_complete}
    counts = {**await uow.replenishments.read(other_items), **counts}
    waiting: dict[str, list[Order]] = defaultdict(list)
    on = events[-1].business_date
    for order in orders:
        if approval_expired(order, on):
            uow.record(order, Outcome.of(request_credit_check(order, on)), cause=events[-1])
            continue
        for item_id in {line.item_id for line in order.lines}:
            waiting[item_id].append(order)
    for event in events:
        for order, request in release_backorders(event, waiting[event.item_id], counts):
            uow.record(order, Outcome.of(request), cause=event)


async def _waiting_orders(events: Sequence[StockReplenished], uow: InvoicingWork) -> Iterable[Order]:
    """Of each replenished item, the oldest orders that wait for it, as far as its quantity can reach."""
    replenished: dict[tuple[str, str], int] = defaultdict(int)
    for event in events:
        replenished[event.item_id, event.company_id] += event.quantity
    await uow.save_backorders()
    items, companies = zip(*replenished, strict=True)
    rows = await uow.fetch("backorders_to_release", list(items), list(companies), list(replenished.values()))
    return (await uow.orders.load((row["customer_id"], row["order_id"]) for row in rows)).values()
