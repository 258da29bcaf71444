"""The life of an order as one table: its states, the transitions between them, and what causes each transition."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """The state of an order."""

    PLACED = "Placed"
    REJECTED = "Rejected"
    VALIDATED = "Validated"
    CREDIT_HELD = "CreditHeld"
    CREDIT_APPROVED = "CreditApproved"
    ALLOCATED = "Allocated"
    PARTIALLY_ALLOCATED = "PartiallyAllocated"
    BACKORDERED = "Backordered"
    PICKING = "Picking"
    SHIPPED = "Shipped"
    INVOICED = "Invoiced"
    CLOSED = "Closed"
    CANCELLED = "Cancelled"


TRANSITIONS: Final[dict[State, dict[State, str]]] = {
    State.PLACED: {
        State.VALIDATED: "valid, priced and taxed",
        State.REJECTED: "not valid",
    },
    State.REJECTED: {State.PLACED: "placed again"},
    State.VALIDATED: {
        State.CREDIT_APPROVED: "credit approved",
        State.CREDIT_HELD: "credit held",
        State.CANCELLED: "cancelled or declined",
    },
    State.CREDIT_HELD: {
        State.VALIDATED: "amended",
        State.CREDIT_APPROVED: "credit released",
        State.CANCELLED: "cancelled or declined",
    },
    State.CREDIT_APPROVED: {
        State.VALIDATED: "amended",
        State.ALLOCATED: "all in stock",
        State.PARTIALLY_ALLOCATED: "a part in stock",
        State.BACKORDERED: "nothing in stock",
        State.CANCELLED: "cancelled",
    },
    State.ALLOCATED: {State.PICKING: "pick list released"},
    State.PARTIALLY_ALLOCATED: {
        State.ALLOCATED: "the rest was allocated",
        State.BACKORDERED: "the picked part was shipped",
        State.PICKING: "the rest was cancelled",
    },
    State.BACKORDERED: {
        State.VALIDATED: "amended",
        State.ALLOCATED: "all was allocated",
        State.PARTIALLY_ALLOCATED: "a part was allocated",
        State.CLOSED: "the rest was cancelled",
        State.CANCELLED: "cancelled",
    },
    State.PICKING: {State.SHIPPED: "all was shipped"},
    State.SHIPPED: {
        State.INVOICED: "invoice posted",
        State.CLOSED: "nothing to charge",
    },
    State.INVOICED: {State.CLOSED: "nothing is open any more"},
    State.CLOSED: {},
    State.CANCELLED: {},
}
"""docs/reference/invoicing.md shows the same table as a diagram, and a test compares the two."""

ENDED: Final = (State.CANCELLED, State.CLOSED)
"""Nothing happens to an order any more."""


class InvalidTransition(RuntimeError):
    """The table has no such transition: a mistake in the program, not in the order."""


class OrderStep(NamedTuple):
    """One line of an order's history. `seq` counts from 1 within the order."""

    seq: int
    state: State
    on: date
    why: str


def check_transition(order_id: str, old: State, new: State) -> None:
    """Raises InvalidTransition where an order cannot change from `old` to `new`."""
    if new not in TRANSITIONS[old]:
        raise InvalidTransition(f"order {order_id} cannot go from {old} to {new}: see TRANSITIONS in life.py")
