"""Credit stops orders it let through, looks at them again, and lets parts of them go on."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.invoicing.domain.credit_stop import ask_credit, check_needed, cut, resume, stop
from services.invoicing.domain.order_life import State
from services.invoicing.domain.stock import ask_for_all
from shared.contracts.invoicing import AllocationReleased, PickListReleased
from tests.kit.sample import DAY, order
from tests.unit.invoicing.stories import answered, approved, lines, validated


def test_what_is_stopped_gives_its_stock_back_and_asks_for_all_of_it_again_later() -> None:
    taken = approved(order(quantity=10))
    assert stop(taken, 2, DAY, "a promise was broken")
    (given_back,) = answered(taken, 10)
    assert isinstance(given_back, AllocationReleased)
    assert not resume(taken, 2, DAY, "out of date")
    assert resume(taken, 3, DAY, "paid")
    assert ask_for_all(taken, {}, DAY).lines[0].quantity == 10
    (picked,) = answered(taken, 10, request=2)
    assert isinstance(picked, PickListReleased)
    assert not stop(taken, 4, DAY, "too late: it is all with the warehouse")


def test_a_decision_overtaken_by_a_later_one_stops_nothing() -> None:
    taken = approved(order(quantity=10))
    taken.decision_no = 3
    assert not stop(taken, 2, DAY, "heard late")
    assert not taken.stopped


def test_an_approval_is_asked_for_again_when_it_has_grown_old() -> None:
    taken = approved(order(quantity=10))
    answered(taken, 4)
    taken.approved_until = DAY
    assert not check_needed(taken, DAY)
    assert check_needed(taken, DAY + timedelta(days=1))
    asked = ask_credit(taken, DAY + timedelta(days=1))
    assert (asked.open_amount, taken.lines[0].backordered, taken.lines[0].picking) == (Decimal("100.00"), 0, 4)


@settings(max_examples=60, deadline=None)
@given(
    quantities=st.lists(st.integers(1, 50), min_size=1, max_size=3),
    amount=st.decimals(min_value=0, max_value=1500, places=2),
)
def test_a_part_is_whole_units_worth_no_more_than_was_released(quantities: list[int], amount: Decimal) -> None:
    taken = validated(order(lines=lines(*quantities)))
    assert taken.approve(DAY, "released in part")
    whole, units = taken.open_amount, sum(quantities)
    changed = cut(taken, amount, DAY, "agreed")
    kept = sum(line.open for line in taken.lines)
    if whole <= amount:
        assert changed is None
        assert kept == units
        return
    assert changed is not None
    assert changed.open_amount == taken.open_amount <= amount
    assert kept < units
    assert (taken.state is State.CANCELLED) == (kept == 0)
