"""An order amended before anything of it is picked, and refused after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.invoicing.domain.amendments import against_amending, amend, refuse, too_late
from services.invoicing.domain.credit_stop import answer_comes_too_late
from services.invoicing.domain.order_life import State
from services.invoicing.domain.orders import Order
from services.invoicing.domain.stock import take_answer
from services.invoicing.domain.validation import judge
from shared.contracts.erp import OrderPlaced
from shared.contracts.invoicing import AllocationReleased, OrderValidated
from tests.kit.sample import DAY, order
from tests.unit.invoicing.stories import answer, answered, approved, catalogue, lines, money, validated


def revised(of: Order, placed: OrderPlaced) -> OrderValidated:
    judgement = judge(placed, catalogue())
    assert judgement.customer is not None
    assert against_amending(of, placed) == []
    return amend(of, placed, judgement, judgement.customer.terms)


def test_an_approved_order_is_validated_anew_and_gives_back_what_it_asked_for() -> None:
    taken = approved(order(lines=lines(10, 3)))
    late = answer(taken, 10, 3)
    told = revised(taken, order(lines=lines(4), revision=2, amended_on=DAY + timedelta(days=1)))
    assert (told.revision, told.order_version, told.total) == (2, 2, money("40.00"))
    assert (taken.state, taken.open_amount, taken.lines[0].unasked) == (State.VALIDATED, money("40.00"), 4)
    assert taken.taken[-1].why == "amended to revision 2: 110.01 becomes 40.00 USD incl. tax"
    (given_back,) = take_answer(taken, late)
    assert isinstance(given_back, AllocationReleased)
    assert [(line.item_id, line.quantity) for line in given_back.lines] == [("I-1", 10), ("I-2", 3)]


def test_what_is_on_a_pick_list_cannot_be_amended() -> None:
    taken = approved(order(quantity=10))
    answered(taken, 4)
    late = too_late(taken)
    assert late is not None
    assert late.text.startswith("Order O-1 is PartiallyAllocated, goods are on a pick list or on their way:")
    cancelled = validated()
    cancelled.cancel(DAY, "no longer needed")
    assert "is Cancelled: place what is wanted as a new order" in str(too_late(cancelled))
    refused = refuse(taken, order(revision=2, quantity=12), [late])
    assert (refused.revision, refused.standing_revision, taken.total) == (2, 1, money("100.00"))


def test_a_backorder_of_which_nothing_is_picked_can_be_amended() -> None:
    taken = approved(order(quantity=10))
    answered(taken, 0)
    assert taken.state is State.BACKORDERED
    revised(taken, order(quantity=6, revision=2))
    assert (taken.state, taken.lines[0].backordered, taken.lines[0].unasked) == (State.VALIDATED, 0, 6)


def test_a_revision_keeps_the_orders_currency_and_date() -> None:
    reasons = against_amending(validated(), order(revision=2, currency="EUR", order_date=DAY + timedelta(days=1)))
    assert [each.code for each in reasons] == ["other_currency", "other_date"]
    assert reasons[0].text == "Order O-1 has currency USD, the revision EUR: cancel it and place a new order."


@pytest.mark.parametrize(("days", "units", "late"), [(0, 10, False), (1, 10, True), (1, 0, False)])
def test_goods_are_not_picked_on_an_approval_that_ran_out_meanwhile(days: int, units: int, late: bool) -> None:
    taken = approved(order(quantity=10))
    taken.approved_until = DAY
    told = answer(taken, units).model_copy(update={"business_date": DAY + timedelta(days=days)})
    assert answer_comes_too_late(taken, told) is late
