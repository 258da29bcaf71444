"""The orders that events speak of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from services.invoicing.domain.orders import Order
from services.invoicing.domain.too_early import AboutAnOrder
from services.invoicing.store import InvoicingWork, OrderKey

E = TypeVar("E", bound=AboutAnOrder)


async def with_orders(events: Iterable[E], uow: InvoicingWork) -> list[tuple[E, Order | None]]:
    """Each event with its order; None for an order that has surely not come yet."""
    listed = list(events)
    keys: list[OrderKey] = [(event.customer_id, event.order_id) for event in listed]
    found = await uow.orders.load(keys)
    unknown = [key for key in keys if key not in found]
    if unknown:
        await uow.look_again(unknown)
    return [(event, uow.orders.get(key)) for event, key in zip(listed, keys, strict=True)]
