"""Applies deferred events as soon as their orders are ready for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.invoicing.deferred_events.domain import RULE_OF
from services.invoicing.orders.domain.events import OrderEvent
from services.invoicing.orders.domain.order import CannotBeApplied, Order
from services.invoicing.orders.processing import OrderEventProcessor, Ready
from services.invoicing.work import InvoicingWork
from shared.contracts.event import Event


async def apply_deferred(events: Sequence[Event], uow: InvoicingWork) -> None:
    """After other handlers of `events`: applies what is deferred for the orders that changed, where that fits now."""
    await apply_deferred_to_changed_orders(uow)


async def apply_deferred_to_changed_orders(uow: InvoicingWork) -> None:
    """Applies what is deferred for the orders that changed in this unit of work since this was done last.

    The earliest event comes first, as its outcome may make the order ready for the next one. An event that does not
    fit stays deferred and is shown in the list of deferred events.
    """
    orders = uow.take_changed_orders()
    if not orders:
        return
    deferred = await uow.deferred_events.of(orders)
    if not deferred:
        return
    processor = await OrderEventProcessor.open(
        (_ready(event, orders[key]) for key, events in deferred.items() for event in events), uow
    )
    for key, events in deferred.items():
        while _apply_next(processor, events, orders[key], uow):
            pass
    uow.take_changed_orders()


def _apply_next(processor: OrderEventProcessor, events: list[OrderEvent], order: Order, uow: InvoicingWork) -> bool:
    """Applies the first event that fits, and removes it from the list; False where none fits."""
    for event in events:
        ready = _ready(event, order)
        if ready.rule.is_premature(order, event):
            continue
        try:
            processor.apply(ready)
        except CannotBeApplied:
            continue
        uow.deferred_events.remove(event)
        events.remove(event)
        return True
    return False


def _ready(event: OrderEvent, order: Order) -> Ready[Any]:
    return Ready(event, order, RULE_OF[type(event)])
