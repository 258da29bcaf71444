"""What comes before that which it answers, told from what never fits."""

from __future__ import annotations

import pytest

from services.invoicing.domain.order_life import State
from services.invoicing.domain.orders import AgainstTheOrder, Order
from services.invoicing.domain.stock import take_answer
from services.invoicing.domain.too_early import comes_too_early
from shared.contracts.erp import OrderCancelled
from shared.contracts.inv_ctrl import StockAnswered
from shared.contracts.invoicing import AllocationReleased, Reason
from tests.kit.sample import DAY, allocated, order, shipped
from tests.unit.invoicing.stories import answered, approved, validated


def stock(request: int | str, quantity: int = 10) -> StockAnswered:
    return allocated(f"O-1/R{request}" if isinstance(request, int) else request, "O-1", quantity)


def rejected() -> Order:
    placed = Order.of(order())
    placed.reject([Reason(code="unknown_item", text="Nobody knows the item.")])
    return placed


def test_an_answer_waits_for_a_request_that_may_still_be_made() -> None:
    waiting, asked = validated(), approved()
    assert comes_too_early(waiting, stock(1))
    assert comes_too_early(asked, stock(2))
    assert not comes_too_early(asked, stock(1))


@pytest.mark.parametrize("request_id", ["R1", "O-2/R1", "O-1/R", "O-1/R0", "O-1/Rx", "O-1/P1"])
def test_a_request_that_no_order_makes_is_waited_for_by_none(request_id: str) -> None:
    assert not comes_too_early(validated(), stock(request_id))
    with pytest.raises(AgainstTheOrder, match="ask inventory control"):
        take_answer(validated(), stock(request_id))


def test_what_was_set_aside_for_an_order_cancelled_before_it_asked_is_given_back() -> None:
    cancelled = validated()
    cancelled.cancel(DAY, "not wanted")
    assert cancelled.state is State.CANCELLED
    assert not comes_too_early(cancelled, stock(1))
    (given_back,) = take_answer(cancelled, stock(1, 7))
    assert isinstance(given_back, AllocationReleased)
    assert [(line.line_no, line.quantity) for line in given_back.lines] == [(1, 7)]
    assert take_answer(cancelled, stock(1, 0)) == []


def test_a_shipment_waits_for_its_pick_list_as_long_as_it_ships_what_is_open() -> None:
    asked = approved()
    assert comes_too_early(asked, shipped("S-1", "O-1", 10))
    assert not comes_too_early(asked, shipped("S-1", "O-1", 11))
    assert not comes_too_early(asked, shipped("S-1", "O-1", 1, lines=[{"line_no": 9, "quantity": 1}]))
    answered(asked, 4)
    assert not comes_too_early(asked, shipped("S-1", "O-1", 4))
    assert comes_too_early(asked, shipped("S-1", "O-1", 5))


def test_a_cancellation_answers_nothing_and_a_rejected_order_may_be_placed_again() -> None:
    cancellation = OrderCancelled(order_id="O-1", customer_id="C-1", cancelled_on=DAY, reason="not wanted")
    for known in (validated(), rejected()):
        assert not comes_too_early(known, cancellation)
    assert comes_too_early(rejected(), stock(1))
    assert comes_too_early(rejected(), shipped("S-1", "O-1", 1))
