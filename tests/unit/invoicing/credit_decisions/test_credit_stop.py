"""Credit stops approved orders, checks them again, and releases parts of them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.invoicing.credit_decisions.domain import reduce_to_amount, resume, stop
from services.invoicing.orders.domain.approval import approval_expired, request_credit_check
from services.invoicing.orders.domain.life import State
from services.invoicing.stock.domain.requests import request_all
from shared.contracts.invoicing import AllocationReleased, PickListReleased
from tests.kit.events.sample import DAY, order
from tests.kit.examples import examples
from tests.unit.invoicing.stories import answered, approved, lines, validated


def test_a_stopped_order_releases_its_allocation_and_requests_all_of_it_again_later() -> None:
    accepted = approved(order(quantity=10))
    assert stop(accepted, 2, DAY, "a promise was broken")
    (released,) = answered(accepted, 10)
    assert isinstance(released, AllocationReleased)
    assert not resume(accepted, 2, DAY, "out of date")
    assert resume(accepted, 3, DAY, "paid")
    assert request_all(accepted, {}, DAY).lines[0].quantity == 10
    (picked,) = answered(accepted, 10, request=2)
    assert isinstance(picked, PickListReleased)
    assert not stop(accepted, 4, DAY, "too late: it is all with the warehouse")


def test_an_outdated_decision_stops_nothing() -> None:
    accepted = approved(order(quantity=10))
    accepted.decision_no = 3
    assert not stop(accepted, 2, DAY, "too late")
    assert not accepted.stopped


def test_an_expired_approval_is_requested_again() -> None:
    accepted = approved(order(quantity=10))
    answered(accepted, 4)
    accepted.approved_until = DAY
    assert not approval_expired(accepted, DAY)
    assert approval_expired(accepted, DAY + timedelta(days=1))
    asked = request_credit_check(accepted, DAY + timedelta(days=1))
    assert (asked.open_amount, accepted.lines[0].backordered, accepted.lines[0].picking) == (Decimal("100.00"), 0, 4)


@settings(max_examples=examples(60), deadline=None)
@given(
    quantities=st.lists(st.integers(1, 50), min_size=1, max_size=3),
    amount=st.decimals(min_value=0, max_value=1500, places=2),
)
def test_a_part_is_whole_units_worth_no_more_than_was_released(quantities: list[int], amount: Decimal) -> None:
    accepted = validated(order(lines=lines(*quantities)))
    assert accepted.approve(DAY, "released in part")
    whole, units = accepted.open_amount, sum(quantities)
    changed = reduce_to_amount(accepted, amount, DAY, "agreed")
    kept = sum(line.open for line in accepted.lines)
    if whole <= amount:
        assert changed is None
        assert kept == units
        return
    assert changed is not None
    assert changed.open_amount == accepted.open_amount <= amount
    assert kept < units
    assert (accepted.state is State.CANCELLED) == (kept == 0)
