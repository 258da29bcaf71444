"""An order's life, as stories and under arbitrary sequences of events."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.invoicing.invoices.domain.shipments import relieve_order
from services.invoicing.order_entry.domain.validation import validate
from services.invoicing.orders.domain.life import TRANSITIONS, InvalidTransition, State, check_transition
from services.invoicing.orders.domain.order import Order, OrderConflict, fingerprint
from services.invoicing.stock.domain.requests import replenished_meanwhile, request_again, request_all
from shared.contracts.event import Event
from shared.contracts.invoicing import AllocationReleased, OrderBackordered, PickListReleased
from tests.kit.events.sample import DAY, customer, order
from tests.kit.examples import examples
from tests.unit.invoicing.stories import answered, approved, catalogue, lines, money, shipment, validated


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def states(of: Order) -> list[str]:
    return [step.state for step in of.new_steps]


def test_the_diagram_in_the_reference_is_the_table() -> None:
    reference = (Path(__file__).parents[4] / "docs" / "reference" / "invoicing.md").read_text()
    shown = set(re.findall(r"^    (\w+) --> (\w+): (.+)$", reference, re.MULTILINE))
    assert shown == {(str(a), str(b), why) for a, ways in TRANSITIONS.items() for b, why in ways.items()}
    assert set(re.findall(r"^    (\w+) --> \[\*\]$", reference, re.MULTILINE)) == {
        str(s) for s, w in TRANSITIONS.items() if not w
    }


def test_every_state_can_be_reached() -> None:
    reached, fresh = {State.PLACED}, [State.PLACED]
    while fresh:
        for state in TRANSITIONS[fresh.pop()]:
            if state not in reached:
                reached.add(state)
                fresh.append(state)
    assert reached == set(State) == set(TRANSITIONS)


def test_a_transition_that_the_table_does_not_have_is_a_mistake() -> None:
    with pytest.raises(InvalidTransition, match="from Closed to Picking"):
        check_transition("O-1", State.CLOSED, State.PICKING)


def test_an_order_that_is_all_in_stock() -> None:
    accepted = approved(order(lines=lines(10, 3)))
    assert accepted.state == "CreditApproved"
    assert names(answered(accepted, 10, 3)) == ["PickListReleased"]
    assert accepted.state == "Picking"
    relieve_order(accepted, shipment(accepted, 1, {1: 10, 2: 3}))
    assert states(accepted) == [
        "Placed", "Validated", "CreditApproved", "Allocated", "Picking", "Shipped", "Invoiced", "Closed",
    ]  # fmt: skip
    assert accepted.open_amount == 0


def test_what_is_short_is_backordered_and_comes_later() -> None:
    accepted = approved(order(quantity=10))
    pick_list, backordered = answered(accepted, 4)
    assert isinstance(pick_list, PickListReleased)
    assert isinstance(backordered, OrderBackordered)
    assert (pick_list.lines[0].quantity, backordered.lines[0].quantity) == (4, 6)
    assert accepted.state == "PartiallyAllocated"
    relieve_order(accepted, shipment(accepted, 1, {1: 4}))
    assert accepted.state == "Backordered"
    assert accepted.open_amount == money("60.00")
    request = request_again(accepted, {1: 6}, {}, DAY)
    assert (request.request_id, request.lines[0].quantity) == ("O-1/R2", 6)
    assert names(answered(accepted, 6, request=2)) == ["PickListReleased"]
    relieve_order(accepted, shipment(accepted, 2, {1: 6}))
    assert accepted.state == "Closed"


def test_an_order_to_be_shipped_complete_takes_all_or_nothing() -> None:
    accepted = approved(order(lines=lines(10, 3), ship_complete=True))
    allocation_released, backordered = answered(accepted, 10, 0)
    assert isinstance(allocation_released, AllocationReleased)
    assert isinstance(backordered, OrderBackordered)
    assert [(line.line_no, line.quantity) for line in allocation_released.lines] == [(1, 10)]
    assert [line.quantity for line in backordered.lines] == [10, 3]
    assert accepted.state == "Backordered"


def test_more_than_was_requested_cannot_be_allocated() -> None:
    with pytest.raises(OrderConflict, match="asked for 10 of line 1 of order O-1; inventory control allocated 11"):
        answered(approved(), 11)


def test_a_second_answer_to_a_request_changes_nothing() -> None:
    from services.invoicing.stock.domain.requests import apply_answer
    from tests.kit.events.sample import allocated

    accepted = approved()
    assert names(apply_answer(accepted, allocated("O-1/R1", "O-1", 10))) == ["PickListReleased"]
    assert apply_answer(accepted, allocated("O-1/R1", "O-1", 10)) == []
    assert accepted.line(1).picking == 10


def test_a_cancelled_order_frees_everything() -> None:
    accepted = validated()
    changed = accepted.cancel(DAY, "not needed")
    assert changed is not None
    assert (changed.state, changed.open_amount, changed.order_version) == ("Cancelled", 0, 2)
    assert accepted.cancel(DAY, "again") is None
    assert not accepted.approve(DAY, "too late")


def test_cancelling_the_rest_after_a_part_was_shipped_closes_the_order() -> None:
    accepted = approved()
    answered(accepted, 4)
    relieve_order(accepted, shipment(accepted, 1, {1: 4}))
    accepted.cancel(DAY, "enough")
    assert accepted.state == "Closed"
    assert accepted.open_amount == 0


def test_what_is_on_a_pick_list_cannot_be_cancelled() -> None:
    accepted = approved()
    answered(accepted, 10)
    assert accepted.cancel(DAY, "too late") is None
    assert accepted.state == "Picking"


def test_a_cancellation_while_stock_is_requested_releases_the_allocation() -> None:
    accepted = approved()
    accepted.cancel(DAY, "not needed")
    assert names(answered(accepted, 10)) == ["AllocationReleased"]
    assert accepted.line(1).picking == 0


def test_credit_may_decline_only_what_is_not_approved() -> None:
    waiting, released = validated(), approved()
    waiting.hold(DAY, "over the limit")
    assert waiting.state == "CreditHeld"
    assert waiting.decline(DAY, "insolvent") is not None
    assert waiting.state == "Cancelled"
    assert released.decline(DAY, "insolvent") is None
    released.hold(DAY, "too late")
    assert released.state == "CreditApproved"


def test_a_rejected_order_may_be_placed_again_and_keeps_its_history() -> None:
    placed = order(customer_id="C-9")
    accepted = Order.of(placed)
    rejection = accepted.reject(validate(placed, catalogue()).reasons)
    assert rejection.reasons[0].code == "unknown_customer"
    assert (accepted.open_amount, accepted.cancel(DAY, "anyway")) == (0, None)
    again = accepted.place_again(placed)
    priced = validate(placed, catalogue(customers=[customer("C-9")])).priced
    assert priced is not None
    again.accept(priced)
    assert states(again) == ["Placed", "Rejected", "Placed", "Validated"]
    assert [step.seq for step in again.new_steps] == [1, 2, 3, 4]
    assert again.reasons == ()


def test_the_same_order_is_known_by_its_content() -> None:
    assert fingerprint(order()) == fingerprint(order())
    assert fingerprint(order()) != fingerprint(order(quantity=11))
    assert fingerprint(order()) != fingerprint(order(order_date=DAY + timedelta(days=1)))


def test_a_replenishment_between_request_and_answer_is_not_lost() -> None:
    accepted = approved(order(lines=lines(10, 3)))
    request = accepted.stock_requests["O-1/R1"]
    answered(accepted, 0, 0)
    assert replenished_meanwhile(accepted, request, {}) == {}
    assert replenished_meanwhile(accepted, request, {"I-2": 1}) == {2: 3}
    whole = approved(order(lines=lines(10, 3), ship_complete=True))
    request = whole.stock_requests["O-1/R1"]
    answered(whole, 0, 0)
    assert replenished_meanwhile(whole, request, {"I-2": 1}) == {1: 10, 2: 3}


def _anything(of: Order, chance: random.Random, number: int) -> None:
    """Something that can happen to the order, whatever state it is in."""
    what = chance.choice(["approve", "hold", "decline", "cancel", "answer", "answer", "ship", "ship", "replenish"])
    if what == "approve" and of.approve(DAY, "approved"):
        request_all(of, {}, DAY)
    elif what == "hold":
        of.hold(DAY, "held")
    elif what == "decline" and chance.random() < 0.2:
        of.decline(DAY, "declined")
    elif what == "cancel" and chance.random() < 0.2:
        of.cancel(DAY, "cancelled")
    elif what == "answer" and of.stock_requests:
        request_id = chance.choice(sorted(of.stock_requests))
        asked = of.stock_requests[request_id].quantities
        got = [chance.randint(0, quantity) for _, quantity in sorted(asked.items())]
        answered(of, *got, request=int(request_id.rpartition("R")[2]))
    elif what == "ship" and any(line.picking for line in of.lines):
        picked = {line.line_no: chance.randint(1, line.picking) for line in of.lines if line.picking}
        relieve_order(of, shipment(of, number, picked))
    elif what == "replenish":
        waiting = {line.line_no: line.backordered for line in of.lines if line.backordered}
        if waiting:
            request_again(of, waiting, {}, DAY)


@settings(max_examples=examples(200))
@given(st.lists(st.integers(1, 20), min_size=1, max_size=4), st.booleans(), st.integers(0, 2**32))
def test_units_are_never_lost_nor_made_whatever_happens(quantities: list[int], complete: bool, seed: int) -> None:
    chance = random.Random(seed)
    known = catalogue(customers=[customer(jurisdiction="US-NY")])
    accepted = validated(order(lines=lines(*quantities), ship_complete=complete), known)
    assert accepted.open_amount == accepted.total
    for number in range(60):
        _anything(accepted, chance, number)
        for line in accepted.lines:
            places = (line.unrequested, line.requested, line.backordered, line.picking, line.shipped, line.cancelled)
            assert sum(places) == line.quantity
            assert min(places) >= 0
        assert 0 <= accepted.open_amount <= accepted.total
        if accepted.state in (State.CLOSED, State.CANCELLED):
            assert accepted.open_amount == 0
            assert not any(line.open for line in accepted.lines)
