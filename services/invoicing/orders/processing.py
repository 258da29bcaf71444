"""Applies events to the orders they refer to, set-based; defers an event that comes before what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from services.invoicing.orders.domain.events import E, OrderEvent, OrderEventRule, ReplenishmentCounts
from services.invoicing.orders.domain.order import CannotBeApplied, Order
from services.invoicing.orders.store import OrderKey
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import EventRejected

A = TypeVar("A", bound=OrderEvent)


class Ready(NamedTuple, Generic[A]):
    """An event, the order it can be applied to, and the rule that does it."""

    event: A
    order: Order
    rule: OrderEventRule[A]


class OrderEventProcessor:
    """Applies events to orders within one unit of work."""

    def __init__(self, uow: InvoicingWork, counts: ReplenishmentCounts) -> None:
        self._uow = uow
        self._counts = counts

    @classmethod
    async def open(cls, ready: Iterable[Ready[Any]], uow: InvoicingWork) -> OrderEventProcessor:
        """Counts the replenishments that these events need, with one query for each way of reading."""
        counted: set[str] = set()
        locked: set[str] = set()
        for event, order, rule in ready:
            counted.update(rule.items_counted(order, event))
            locked.update(rule.items_locked(order, event))
        replenishments = uow.replenishments
        return cls(uow, {**await replenishments.read(counted), **await replenishments.lock(locked)})

    def apply(self, ready: Ready[Any]) -> None:
        """Changes the order and records the outcome. Raises CannotBeApplied, with nothing changed."""
        event, order, rule = ready
        self._uow.record(order, rule.apply(order, event, self._counts), cause=event)


async def apply_to_orders(events: Sequence[E], rule: OrderEventRule[E], uow: InvoicingWork) -> None:
    """Applies events of one type. A premature event is deferred; raises EventRejected for one that never fits."""
    ready: list[Ready[Any]] = []
    for event, order in await _with_orders(events, uow):
        if order is None or rule.is_premature(order, event):
            uow.deferred_events.add(event)
        else:
            ready.append(Ready(event, order, rule))
    processor = await OrderEventProcessor.open(ready, uow)
    try:
        for one in ready:
            processor.apply(one)
    except CannotBeApplied as error:
        raise EventRejected(str(error)) from None


async def _with_orders(events: Sequence[E], uow: InvoicingWork) -> list[tuple[E, Order | None]]:
    """Each event with its order; None for an order that has certainly not arrived yet."""
    keys: list[OrderKey] = [(event.customer_id, event.order_id) for event in events]
    found = await uow.orders.load(keys)
    missing = [key for key in keys if key not in found]
    if missing:
        await _reload_missing_orders(missing, uow)
    return [(event, uow.orders.get(key)) for event, key in zip(events, keys, strict=True)]


async def _reload_missing_orders(keys: Iterable[OrderKey], uow: InvoicingWork) -> None:
    """Loads orders that were not found, once every order that is being accepted elsewhere has been committed.

    From here to the end of this transaction no new order is accepted anywhere, so an event for an order that is still
    missing can safely be deferred.
    """
    customers, orders = zip(*sorted(set(keys)), strict=True)
    await uow.execute("lock_order_intake")
    await uow.orders.fetch("load_orders", list(customers), list(orders))
