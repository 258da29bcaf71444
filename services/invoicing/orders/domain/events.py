"""Events about an order: how each type is applied to the order, and the outcome for the rest of the company."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from services.invoicing.orders.domain.order import Order
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import OrderCancelled
from shared.contracts.event import Event
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered
from shared.contracts.invoicing import PickListReleased

CreditDecision: TypeAlias = CreditHeld | CreditApproved | CreditReleased | CreditDeclined
OrderEvent: TypeAlias = CreditDecision | StockAnswered | OrderCancelled | ShipmentConfirmed

E = TypeVar("E", bound=OrderEvent)
D_co = TypeVar("D_co", covariant=True)

ReplenishmentCounts: TypeAlias = Mapping[str, int]
"""How many replenishments of each item are known, by item."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[D_co]):
    """Everything that follows from an event besides the change of the order itself; the unit of work saves it."""

    events: tuple[Event, ...] = ()
    """To be published, in this order."""
    pick_lists: tuple[PickListReleased, ...] = ()
    """Those of the events that are pick lists."""
    documents: tuple[D_co, ...] = ()
    """To be numbered and posted."""

    @classmethod
    def of(cls, *events: Event | None) -> Outcome[D_co]:
        """Publishes the events that there are."""
        return cls(tuple(event for event in events if event is not None))


def _no_items(order: Order, event: Any) -> Collection[str]:
    return ()


def _never(order: Order, event: Any) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class OrderEventRule(Generic[E]):
    """How events of one type are applied to the order that they refer to."""

    event: type[E]
    kind: str
    """The name of the event type where it is deferred."""
    apply: Callable[[Order, E, ReplenishmentCounts], Outcome[Any]]
    """Changes the order. Raises CannotBeApplied, with nothing changed."""
    is_premature: Callable[[Order, E], bool] = _never
    """Whether the event answers something that has not happened to the order yet, and still may."""
    items_counted: Callable[[Order, E], Collection[str]] = _no_items
    """Items whose replenishments must be counted before the event is applied."""
    items_locked: Callable[[Order, E], Collection[str]] = _no_items
    """The same, and no replenishment of these items may be counted until the transaction ends."""
