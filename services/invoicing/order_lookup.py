"""The orders that events speak of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from services.invoicing.domain.orders import Order
from services.invoicing.store import InvoicingWork, OrderKey
from shared.chassis.errors import Refused


class AboutAnOrder(Protocol):
    @property
    def customer_id(self) -> str: ...
    @property
    def order_id(self) -> str: ...


E = TypeVar("E", bound=AboutAnOrder)


async def with_orders_or_none(events: Iterable[E], uow: InvoicingWork) -> list[tuple[E, Order | None]]:
    """Each event with its order; None for an order that has surely not come yet."""
    listed = list(events)
    keys: list[OrderKey] = [(event.customer_id, event.order_id) for event in listed]
    found = await uow.orders.load(keys)
    unknown = [key for key in keys if key not in found]
    if unknown:
        await uow.look_again(unknown)
    return [(event, uow.orders.get(key)) for event, key in zip(listed, keys, strict=True)]


async def with_orders(events: Iterable[E], uow: InvoicingWork) -> list[tuple[E, Order]]:
    """Each event with its order. Raises Refused for an order that invoicing never spoke of."""
    found = []
    for event, order in await with_orders_or_none(events, uow):
        if order is None:
            raise Refused(
                f"{type(event).__name__} speaks of order {event.order_id} of customer {event.customer_id}, "
                "which invoicing does not know; replay it once the order has come"
            )
        found.append((event, order))
    return found
