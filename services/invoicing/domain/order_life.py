"""An order's life as one table: where it can go from each state, and what takes it there."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple


class State(StrEnum):
    """Where an order is."""

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


LIFE: Final[dict[State, dict[State, str]]] = {
    State.PLACED: {
        State.VALIDATED: "nothing speaks against it, priced and taxed",
        State.REJECTED: "something speaks against it",
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
        State.ALLOCATED: "the rest came in",
        State.BACKORDERED: "the picked part left",
        State.PICKING: "the rest cancelled",
    },
    State.BACKORDERED: {
        State.VALIDATED: "amended",
        State.ALLOCATED: "all came in",
        State.PARTIALLY_ALLOCATED: "a part came in",
        State.CLOSED: "the rest cancelled",
        State.CANCELLED: "cancelled",
    },
    State.PICKING: {State.SHIPPED: "all has left the warehouse"},
    State.SHIPPED: {
        State.INVOICED: "invoice posted",
        State.CLOSED: "nothing to charge",
    },
    State.INVOICED: {State.CLOSED: "nothing is open any more"},
    State.CLOSED: {},
    State.CANCELLED: {},
}
"""README shows the same table as a diagram, and a test compares the two."""


class NoSuchStep(RuntimeError):
    """The table of the order's life has no such step: a mistake in the program, not in the order."""


class LifeStep(NamedTuple):
    """One line of an order's history. `seq` counts from 1 within the order."""

    seq: int
    state: State
    on: date
    why: str


def check_step(order_id: str, old: State, new: State) -> None:
    """Raises NoSuchStep where the life has no way from `old` to `new`."""
    if new not in LIFE[old]:
        raise NoSuchStep(f"order {order_id} cannot go from {old} to {new}: see LIFE in order_life.py")
