"""An order's life, as stories and under arbitrary sequences of what can be heard."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import services.invoicing
from services.invoicing.domain.invoices import ship
from services.invoicing.domain.order_life import LIFE, NoSuchStep, State, check_step
from services.invoicing.domain.orders import AgainstTheOrder, Order, fingerprint
from services.invoicing.domain.stock import ask_again, ask_for_all, came_in_meanwhile
from services.invoicing.domain.validation import judge
from shared.contracts.event import Event
from shared.contracts.invoicing import AllocationReleased, OrderBackordered, PickListReleased
from tests.kit.sample import DAY, customer, order
from tests.unit.invoicing.stories import answered, approved, catalogue, lines, money, shipment, validated


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def states(of: Order) -> list[str]:
    return [step.state for step in of.taken]


def test_the_diagram_in_the_readme_is_the_table() -> None:
    readme = (Path(services.invoicing.__file__).parent / "README.md").read_text()
    shown = set(re.findall(r"^    (\w+) --> (\w+): (.+)$", readme, re.MULTILINE))
    assert shown == {(str(a), str(b), why) for a, ways in LIFE.items() for b, why in ways.items()}
    assert set(re.findall(r"^    (\w+) --> \[\*\]$", readme, re.MULTILINE)) == {
        str(s) for s, w in LIFE.items() if not w
    }


def test_every_state_can_be_reached() -> None:
    reached, fresh = {State.PLACED}, [State.PLACED]
    while fresh:
        for state in LIFE[fresh.pop()]:
            if state not in reached:
                reached.add(state)
                fresh.append(state)
    assert reached == set(State) == set(LIFE)


def test_a_step_the_table_does_not_know_is_a_mistake() -> None:
    with pytest.raises(NoSuchStep, match="from Closed to Picking"):
        check_step("O-1", State.CLOSED, State.PICKING)


def test_an_order_that_is_all_in_stock() -> None:
    taken = approved(order(lines=lines(10, 3)))
    assert taken.state is State.CREDIT_APPROVED
    assert names(answered(taken, 10, 3)) == ["PickListReleased"]
    assert taken.state is State.PICKING
    ship(taken, shipment(taken, 1, {1: 10, 2: 3}))
    assert states(taken) == [
        "Placed", "Validated", "CreditApproved", "Allocated", "Picking", "Shipped", "Invoiced", "Closed",
    ]  # fmt: skip
    assert taken.open_amount == 0


def test_what_is_short_is_backordered_and_comes_later() -> None:
    taken = approved(order(quantity=10))
    pick_list, backordered = answered(taken, 4)
    assert isinstance(pick_list, PickListReleased)
    assert isinstance(backordered, OrderBackordered)
    assert (pick_list.lines[0].quantity, backordered.lines[0].quantity) == (4, 6)
    assert taken.state is State.PARTIALLY_ALLOCATED
    ship(taken, shipment(taken, 1, {1: 4}))
    assert taken.state is State.BACKORDERED
    assert taken.open_amount == money("60.00")
    request = ask_again(taken, {1: 6}, {}, DAY)
    assert (request.request_id, request.lines[0].quantity) == ("O-1/R2", 6)
    assert names(answered(taken, 6, request=2)) == ["PickListReleased"]
    ship(taken, shipment(taken, 2, {1: 6}))
    assert taken.state is State.CLOSED


def test_an_order_to_be_shipped_complete_takes_all_or_nothing() -> None:
    taken = approved(order(lines=lines(10, 3), ship_complete=True))
    given_back, backordered = answered(taken, 10, 0)
    assert isinstance(given_back, AllocationReleased)
    assert isinstance(backordered, OrderBackordered)
    assert [(line.line_no, line.quantity) for line in given_back.lines] == [(1, 10)]
    assert [line.quantity for line in backordered.lines] == [10, 3]
    assert taken.state is State.BACKORDERED


def test_more_than_was_asked_for_cannot_be_allocated() -> None:
    with pytest.raises(AgainstTheOrder, match="asked for 10 of line 1 of order O-1; inventory control allocated 11"):
        answered(approved(), 11)


def test_a_second_answer_to_a_request_says_nothing() -> None:
    from services.invoicing.domain.stock import take_answer
    from tests.kit.sample import allocated

    taken = approved()
    assert names(take_answer(taken, allocated("O-1/R1", "O-1", 10))) == ["PickListReleased"]
    assert take_answer(taken, allocated("O-1/R1", "O-1", 10)) == []
    assert taken.line(1).picking == 10


def test_a_cancelled_order_frees_everything() -> None:
    taken = validated()
    changed = taken.cancel(DAY, "not needed")
    assert changed is not None
    assert (changed.state, changed.open_amount, changed.order_version) == ("Cancelled", 0, 2)
    assert taken.cancel(DAY, "again") is None
    assert not taken.approve(DAY, "too late")


def test_cancelling_the_rest_after_a_part_was_shipped_closes_the_order() -> None:
    taken = approved()
    answered(taken, 4)
    ship(taken, shipment(taken, 1, {1: 4}))
    taken.cancel(DAY, "enough")
    assert taken.state is State.CLOSED
    assert taken.open_amount == 0


def test_what_is_on_a_pick_list_cannot_be_cancelled() -> None:
    taken = approved()
    answered(taken, 10)
    assert taken.cancel(DAY, "too late") is None
    assert taken.state is State.PICKING


def test_a_cancellation_while_stock_is_asked_for_gives_back_what_is_allocated() -> None:
    taken = approved()
    taken.cancel(DAY, "not needed")
    assert names(answered(taken, 10)) == ["AllocationReleased"]
    assert taken.line(1).picking == 0


def test_credit_may_decline_only_what_has_not_gone_on() -> None:
    waiting, gone = validated(), approved()
    waiting.hold(DAY, "over the limit")
    assert waiting.state is State.CREDIT_HELD
    assert waiting.decline(DAY, "insolvent") is not None
    assert waiting.state is State.CANCELLED
    assert gone.decline(DAY, "insolvent") is None
    gone.hold(DAY, "late news")
    assert gone.state is State.CREDIT_APPROVED


def test_a_rejected_order_may_be_placed_again_and_keeps_its_history() -> None:
    placed = order(customer_id="C-9")
    taken = Order.of(placed)
    rejection = taken.reject(judge(placed, catalogue()).reasons)
    assert rejection.reasons[0].code == "unknown_customer"
    assert (taken.open_amount, taken.cancel(DAY, "anyway")) == (0, None)
    again = taken.place_again(placed)
    known = judge(placed, catalogue(customers=[customer("C-9")]))
    again.accept(known, known.customer.terms)  # type: ignore[union-attr]
    assert states(again) == ["Placed", "Rejected", "Placed", "Validated"]
    assert [step.seq for step in again.taken] == [1, 2, 3, 4]
    assert again.reasons == ()


def test_the_same_order_is_known_by_its_content() -> None:
    assert fingerprint(order()) == fingerprint(order())
    assert fingerprint(order()) != fingerprint(order(quantity=11))
    assert fingerprint(order()) != fingerprint(order(order_date=DAY + timedelta(days=1)))


def test_a_replenishment_between_question_and_answer_is_not_lost() -> None:
    taken = approved(order(lines=lines(10, 3)))
    question = taken.questions["O-1/R1"]
    answered(taken, 0, 0)
    assert came_in_meanwhile(taken, question, {}) == {}
    assert came_in_meanwhile(taken, question, {"I-2": 1}) == {2: 3}
    whole = approved(order(lines=lines(10, 3), ship_complete=True))
    question = whole.questions["O-1/R1"]
    answered(whole, 0, 0)
    assert came_in_meanwhile(whole, question, {"I-2": 1}) == {1: 10, 2: 3}


def _anything(of: Order, chance: random.Random, heard: int) -> None:
    """Something that can be heard of the order, whatever state it is in."""
    what = chance.choice(["approve", "hold", "decline", "cancel", "answer", "answer", "ship", "ship", "wake"])
    if what == "approve" and of.approve(DAY, "approved"):
        ask_for_all(of, {}, DAY)
    elif what == "hold":
        of.hold(DAY, "held")
    elif what == "decline" and chance.random() < 0.2:
        of.decline(DAY, "declined")
    elif what == "cancel" and chance.random() < 0.2:
        of.cancel(DAY, "cancelled")
    elif what == "answer" and of.questions:
        request_id = chance.choice(sorted(of.questions))
        asked = of.questions[request_id].quantities
        got = [chance.randint(0, quantity) for _, quantity in sorted(asked.items())]
        answered(of, *got, request=int(request_id.rpartition("R")[2]))
    elif what == "ship" and any(line.picking for line in of.lines):
        picked = {line.line_no: chance.randint(1, line.picking) for line in of.lines if line.picking}
        ship(of, shipment(of, heard, picked))
    elif what == "wake":
        waiting = {line.line_no: line.backordered for line in of.lines if line.backordered}
        if waiting:
            ask_again(of, waiting, {}, DAY)


@settings(max_examples=200)
@given(st.lists(st.integers(1, 20), min_size=1, max_size=4), st.booleans(), st.integers(0, 2**32))
def test_units_are_never_lost_nor_made_whatever_is_heard(quantities: list[int], complete: bool, seed: int) -> None:
    chance = random.Random(seed)
    known = catalogue(customers=[customer(jurisdiction="US-NY")])
    taken = validated(order(lines=lines(*quantities), ship_complete=complete), known)
    assert taken.open_amount == taken.total
    for heard in range(60):
        _anything(taken, chance, heard)
        for line in taken.lines:
            places = (line.unasked, line.requested, line.backordered, line.picking, line.shipped, line.cancelled)
            assert sum(places) == line.quantity
            assert min(places) >= 0
        assert 0 <= taken.open_amount <= taken.total
        if taken.state in (State.CLOSED, State.CANCELLED):
            assert taken.open_amount == 0
            assert not any(line.open for line in taken.lines)
