"""An order amended before anything of it is picked, and refused after."""

from __future__ import annotations

from datetime import timedelta

from services.invoicing.order_entry.domain.amendments import (
    amend,
    amendment_conflicts,
    refuse_amendment,
    too_late_to_amend,
)
from services.invoicing.order_entry.domain.validation import validate
from services.invoicing.orders.domain.life import State
from services.invoicing.orders.domain.order import Order
from services.invoicing.stock.domain.requests import apply_answer
from shared.contracts.erp import OrderPlaced
from shared.contracts.invoicing import AllocationReleased, OrderValidated
from tests.kit.events.sample import DAY, order
from tests.unit.invoicing.stories import answer, answered, approved, catalogue, lines, money, validated


def revised(of: Order, placed: OrderPlaced) -> OrderValidated:
    priced = validate(placed, catalogue()).priced
    assert priced is not None
    assert amendment_conflicts(of, placed) == []
    return amend(of, placed, priced)


def test_an_approved_order_is_validated_anew_and_releases_what_it_requested() -> None:
    accepted = approved(order(lines=lines(10, 3)))
    late = answer(accepted, 10, 3)
    event = revised(accepted, order(lines=lines(4), revision=2, amended_on=DAY + timedelta(days=1)))
    assert (event.revision, event.order_version, event.total) == (2, 2, money("40.00"))
    assert (accepted.state, accepted.open_amount, accepted.lines[0].unrequested) == (State.VALIDATED, money("40.00"), 4)
    assert accepted.new_steps[-1].why == "amended to revision 2: 110.01 becomes 40.00 USD incl. tax"
    (released,) = apply_answer(accepted, late)
    assert isinstance(released, AllocationReleased)
    assert [(line.item_id, line.quantity) for line in released.lines] == [("I-1", 10), ("I-2", 3)]


def test_what_is_on_a_pick_list_cannot_be_amended() -> None:
    accepted = approved(order(quantity=10))
    answered(accepted, 4)
    late = too_late_to_amend(accepted)
    assert late is not None
    assert late.text.startswith("Order O-1 is PartiallyAllocated, goods are on a pick list or shipped:")
    cancelled = validated()
    cancelled.cancel(DAY, "no longer needed")
    assert "is Cancelled: place a new order." in str(too_late_to_amend(cancelled))
    refused = refuse_amendment(accepted, order(revision=2, quantity=12), [late])
    assert (refused.revision, refused.standing_revision, accepted.total) == (2, 1, money("100.00"))


def test_a_backorder_of_which_nothing_is_picked_can_be_amended() -> None:
    accepted = approved(order(quantity=10))
    answered(accepted, 0)
    assert accepted.state is State.BACKORDERED
    revised(accepted, order(quantity=6, revision=2))
    assert (accepted.state, accepted.lines[0].backordered, accepted.lines[0].unrequested) == (State.VALIDATED, 0, 6)


def test_a_revision_keeps_the_orders_currency_and_date() -> None:
    reasons = amendment_conflicts(validated(), order(revision=2, currency="EUR", order_date=DAY + timedelta(days=1)))
    assert [each.code for each in reasons] == ["other_currency", "other_date"]
    assert reasons[0].text == "Order O-1 has currency USD, the revision EUR: cancel it and place a new order."
