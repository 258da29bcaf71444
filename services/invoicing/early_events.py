"""Events about an order that came before what they answer: kept, with their identity, until they can be heard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from services.invoicing.domain.too_early import AboutAnOrder
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import OrderCancelled
from shared.contracts.event import EventContext
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered

if TYPE_CHECKING:
    from services.invoicing.store import InvoicingWork, OrderKey

KINDS: Final[dict[str, type[AboutAnOrder]]] = {
    "CreditHeld": CreditHeld,
    "CreditDeclined": CreditDeclined,
    "CreditReleased": CreditReleased,
    "CreditApproved": CreditApproved,
    "StockAnswered": StockAnswered,
    "cancellation": OrderCancelled,
    "shipment": ShipmentConfirmed,
}
"""In the order in which those of one day are heard, as an order's life mostly has them."""
_KIND_OF: Final = {event: kind for kind, event in KINDS.items()}
_RANK: Final = {event: rank for rank, event in enumerate(KINDS.values())}
_CONTEXT: Final = TypeAdapter(EventContext)


class EarlyEvents:
    """What waits for orders, within one unit of work: each event exists once, heard ones are taken off at its end."""

    def __init__(self, uow: InvoicingWork) -> None:
        self._uow = uow
        self._read: set[OrderKey] = set()
        self._kept: dict[tuple[str, ...], AboutAnOrder] = {}
        self._waiting: dict[OrderKey, dict[tuple[str, ...], AboutAnOrder]] = defaultdict(dict)

    def wait(self, event: AboutAnOrder) -> None:
        """Keeps an event until what it answers has been said."""
        self._waiting[event.customer_id, event.order_id].setdefault(_key(event), event)

    async def of(self, orders: Iterable[OrderKey]) -> dict[OrderKey, list[AboutAnOrder]]:
        """What waits for these orders, each order's in the order in which it is to be heard."""
        wanted = sorted(set(orders))
        unread = [key for key in wanted if key not in self._read]
        if unread:
            customers, numbers = zip(*unread, strict=True)
            for row in await self._uow.fetch("read_early_events", list(customers), list(numbers)):
                event = _event(row)
                self._kept[_key(event)] = event
                self._waiting[row["customer_id"], row["order_id"]][_key(event)] = event
            self._read.update(unread)
        return {key: sorted(self._waiting[key].values(), key=_turn) for key in wanted if self._waiting.get(key)}

    def heard(self, event: AboutAnOrder) -> None:
        """It waits no longer."""
        del self._waiting[event.customer_id, event.order_id][_key(event)]

    async def flush(self) -> None:
        """One statement for what waits from now on, one for what waits no longer."""
        waiting = {key: event for of_order in self._waiting.values() for key, event in of_order.items()}
        for key in sorted(waiting.keys() - self._kept.keys()):
            self._uow.append("insert_early_events", (*key, *_row(waiting[key])))
        if done := sorted(self._kept.keys() - waiting.keys()):
            await self._uow.execute("delete_early_events", *map(list, zip(*done, strict=True)))


def _key(event: AboutAnOrder) -> tuple[str, ...]:
    return (event.customer_id, event.order_id, _KIND_OF[type(event)], event.subject)


def _turn(event: AboutAnOrder) -> tuple[date, int, str]:
    return (event.business_order[0], _RANK[type(event)], event.subject)


def _row(event: AboutAnOrder) -> tuple[Any, ...]:
    context = _CONTEXT.dump_json(event.context).decode()
    return (event.business_order[0], event.model_dump_json(), context)


def _event(row: Any) -> AboutAnOrder:
    event = KINDS[row["kind"]].model_validate_json(row["body"])
    return event.with_context(_CONTEXT.validate_json(row["context"]))
