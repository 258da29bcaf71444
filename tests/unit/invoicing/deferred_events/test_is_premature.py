"""Events that come before what they answer, distinguished from those that never fit."""

from __future__ import annotations

import pytest

from services.invoicing.deferred_events.domain import is_premature
from services.invoicing.orders.domain.life import State
from services.invoicing.orders.domain.order import Order, OrderConflict
from services.invoicing.stock.domain.requests import apply_answer
from shared.contracts.erp import OrderCancelled
from shared.contracts.inv_ctrl import StockAnswered
from shared.contracts.invoicing import AllocationReleased, Reason
from tests.kit.events.sample import DAY, allocated, order, shipped
from tests.unit.invoicing.stories import answered, approved, validated


def stock(request: int | str, quantity: int = 10) -> StockAnswered:
    return allocated(f"O-1/R{request}" if isinstance(request, int) else request, "O-1", quantity)


def rejected() -> Order:
    placed = Order.of(order())
    placed.reject([Reason(code="unknown_item", text="The item is not known.")])
    return placed


def test_an_answer_waits_for_a_request_that_may_still_be_made() -> None:
    waiting, asked = validated(), approved()
    assert is_premature(waiting, stock(1))
    assert is_premature(asked, stock(2))
    assert not is_premature(asked, stock(1))


@pytest.mark.parametrize("request_id", ["R1", "O-2/R1", "O-1/R", "O-1/R0", "O-1/Rx", "O-1/P1"])
def test_an_answer_to_a_request_that_no_order_makes_is_not_deferred(request_id: str) -> None:
    assert not is_premature(validated(), stock(request_id))
    with pytest.raises(OrderConflict, match="ask inventory control"):
        apply_answer(validated(), stock(request_id))


def test_an_allocation_for_an_order_cancelled_before_its_request_is_released() -> None:
    cancelled = validated()
    cancelled.cancel(DAY, "not wanted")
    assert cancelled.state is State.CANCELLED
    assert not is_premature(cancelled, stock(1))
    (released,) = apply_answer(cancelled, stock(1, 7))
    assert isinstance(released, AllocationReleased)
    assert [(line.line_no, line.quantity) for line in released.lines] == [(1, 7)]
    assert apply_answer(cancelled, stock(1, 0)) == []


def test_a_shipment_waits_for_its_pick_list_as_long_as_it_ships_what_is_open() -> None:
    asked = approved()
    assert is_premature(asked, shipped("S-1", "O-1", 10))
    assert not is_premature(asked, shipped("S-1", "O-1", 11))
    assert not is_premature(asked, shipped("S-1", "O-1", 1, lines=[{"line_no": 9, "quantity": 1}]))
    answered(asked, 4)
    assert not is_premature(asked, shipped("S-1", "O-1", 4))
    assert is_premature(asked, shipped("S-1", "O-1", 5))


def test_a_cancellation_answers_nothing_and_a_rejected_order_may_be_placed_again() -> None:
    cancellation = OrderCancelled(order_id="O-1", customer_id="C-1", cancelled_on=DAY, reason="not wanted")
    for known in (validated(), rejected()):
        assert not is_premature(known, cancellation)
    assert is_premature(rejected(), stock(1))
    assert is_premature(rejected(), shipped("S-1", "O-1", 1))
