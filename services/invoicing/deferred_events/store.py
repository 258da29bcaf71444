"""Deferred events, kept with their identity until they can be applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

from pydantic import TypeAdapter

from services.invoicing.deferred_events.domain import RULE_OF, RULE_OF_KIND, SEQUENCE
from services.invoicing.orders.domain.events import OrderEvent
from services.invoicing.orders.store import OrderKey
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.event import EventContext

_CONTEXT: Final = TypeAdapter(EventContext)


class DeferredEvents:
    """The deferred events of orders, within one unit of work: each event exists once, applied ones are deleted."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._read: set[OrderKey] = set()
        self._stored: dict[tuple[str, ...], OrderEvent] = {}
        self._waiting: dict[OrderKey, dict[tuple[str, ...], OrderEvent]] = defaultdict(dict)

    def add(self, event: OrderEvent) -> None:
        """Keeps an event until the order is ready for it."""
        self._waiting[event.customer_id, event.order_id].setdefault(_key(event), event)

    async def of(self, orders: Iterable[OrderKey]) -> dict[OrderKey, list[OrderEvent]]:
        """The deferred events of these orders, each order's in the sequence in which they are to be applied."""
        keys = sorted(set(orders))
        unread = [key for key in keys if key not in self._read]
        if unread:
            customers, numbers = zip(*unread, strict=True)
            for row in await self._uow.fetch("read_deferred_events", list(customers), list(numbers)):
                event = _event(row)
                self._stored[_key(event)] = event
                self._waiting[row["customer_id"], row["order_id"]][_key(event)] = event
            self._read.update(unread)
        return {key: sorted(self._waiting[key].values(), key=_sequence) for key in keys if self._waiting.get(key)}

    def remove(self, event: OrderEvent) -> None:
        """The event was applied."""
        del self._waiting[event.customer_id, event.order_id][_key(event)]

    async def flush(self) -> None:
        """One statement for the events that are deferred from now on, one for those that no longer are."""
        waiting = {key: event for of_order in self._waiting.values() for key, event in of_order.items()}
        for key in sorted(waiting.keys() - self._stored.keys()):
            self._uow.append("insert_deferred_events", (*key, *_row(waiting[key])))
        if applied := sorted(self._stored.keys() - waiting.keys()):
            await self._uow.execute("delete_deferred_events", *map(list, zip(*applied, strict=True)))


def _key(event: OrderEvent) -> tuple[str, ...]:
    return (event.customer_id, event.order_id, RULE_OF[type(event)].kind, event.subject)


def _sequence(event: OrderEvent) -> tuple[date, int, str]:
    return (event.business_order[0], SEQUENCE[type(event)], event.subject)


def _row(event: OrderEvent) -> tuple[Any, ...]:
    context = _CONTEXT.dump_json(event.context).decode()
    return (event.business_order[0], event.model_dump_json(), context)


def _event(row: Mapping[str, Any]) -> OrderEvent:
    event: OrderEvent = RULE_OF_KIND[row["kind"]].event.model_validate_json(row["body"])
    return event.with_context(_CONTEXT.validate_json(row["context"]))
