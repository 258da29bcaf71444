"""A promise to pay is judged once, by what was applied between the day it was made and the day it is due."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collections.credit_holds.domain import HoldAlreadyLifted
from services.collections.promises.domain.promise import TRANSITIONS, UNJUDGED, Promise, PromiseNotOpen, PromiseState
from services.collections.promises.domain.receipts import Receipts
from tests.unit.collections.stories import promise, received

REFERENCE = Path(__file__).parents[4] / "docs/reference/collections.md"


def march(day: int) -> date:
    return date(2026, 3, day)


def fallen_due(**changes: object) -> Promise:
    made = promise(**changes)
    made.fall_due()
    return made


def test_a_promise_is_kept_as_soon_as_enough_came_in_even_in_parts() -> None:
    made = promise()
    assert not made.keep_if_paid(received(d3="300.00"))
    assert made.keep_if_paid(received(d3="300.00", d5="200.00"))
    assert (made.state, made.judged_on, made.applied) == (PromiseState.KEPT, march(5), Decimal("500.00"))


def test_money_on_the_due_day_itself_keeps_it() -> None:
    made = fallen_due()
    assert made.judge(received(d6="500.00"), march(6))
    assert made.state is PromiseState.KEPT


def test_it_is_not_broken_before_its_day_is_over() -> None:
    made = fallen_due()
    assert not made.judge(received(), march(6))
    assert made.judge(received(), march(9)), "the first business day after a Friday"
    assert (made.state, made.judged_on) == (PromiseState.BROKEN, march(9))


def test_a_day_late_is_broken_and_then_paid_later() -> None:
    made = fallen_due()
    late = received(d5="499.99", d7="0.01")
    assert made.judge(late, march(9))
    assert (made.state, made.applied) == (PromiseState.BROKEN, Decimal("499.99"))
    assert made.mark_paid_late(late)
    assert (made.state, made.paid_on) == (PromiseState.PAID_LATER, march(7))


def test_money_that_came_before_the_promise_does_not_count() -> None:
    made = promise(already_applied=Decimal("400.00"))
    assert not made.keep_if_paid(received(d1="900.00", d2="400.00", d4="499.99"))
    assert made.keep_if_paid(received(d2="600.00", d4="300.00")), "200.00 more came on the day it was made"
    assert made.applied == Decimal("500.00")


def test_a_payment_that_arrives_late_counts_by_the_day_it_was_applied() -> None:
    made = fallen_due()
    assert made.judge(received(d4="500.00"), march(9))
    assert (made.state, made.judged_on) == (PromiseState.KEPT, march(4))


def test_what_comes_beyond_the_promised_amount_is_not_counted_towards_it() -> None:
    made = promise()
    assert made.keep_if_paid(received(d4="800.00"))
    assert made.applied == Decimal("500.00")


def test_a_cancelled_promise_is_neither_kept_nor_broken() -> None:
    made = promise()
    made.cancel(march(3), "customer called")
    assert not made.judge(received(d3="500.00"), march(20))
    with pytest.raises(PromiseNotOpen, match="C-1/P1 is cancelled"):
        made.cancel(march(4), "again")


def test_a_judged_promise_cannot_be_cancelled() -> None:
    made = fallen_due()
    made.judge(received(), march(9))
    with pytest.raises(PromiseNotOpen, match="is broken"):
        made.cancel(march(9), "too late")


def test_a_hold_is_lifted_once_and_never_before_it_began() -> None:
    made = fallen_due()
    made.judge(received(d3="1.00"), march(9))
    hold = made.credit_hold()
    assert (hold.hold_id, hold.promise_id) == ("C-1/P1/H", "C-1/P1")
    assert hold.requested().promise_id == "C-1/P1"
    assert hold.reason == ("promise C-1/P1 of 500.00 USD due on 2026-03-06 was broken: 1.00 USD was applied by then")
    lifted = hold.lift(march(7), "system", "paid")
    assert (hold.lifted_on, lifted.lifted_on, lifted.promise_id) == (march(9), march(9), "C-1/P1")
    with pytest.raises(HoldAlreadyLifted, match="was lifted on 2026-03-09 by system already"):
        hold.lift(march(10), "Pat", "again")


def test_the_documented_diagram_is_the_table() -> None:
    diagram = REFERENCE.read_text().split("## Promises")[1].split("```")[1]
    drawn = set(re.findall(r"^\s+(\w+) --> (\w+)", diagram, re.MULTILINE))
    table = {(before.value, after.value) for before, follows in TRANSITIONS.items() for after in follows}
    assert drawn == table
    assert set(TRANSITIONS) == set(PromiseState)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("paid"), st.integers(0, 12), st.integers(1, 400)),
        st.tuples(st.just("day"), st.integers(1, 4), st.just(0)),
    ),
    max_size=30,
)


@given(STEPS, st.integers(0, 8))
def test_whatever_happens_a_promise_is_judged_exactly_once(steps: list[tuple[str, int, int]], due_in: int) -> None:
    made = promise(due_on=march(2) + timedelta(days=due_in))
    today = march(2)
    applied: dict[date, Decimal] = {}
    judged: list[PromiseState] = []

    def receipts() -> Receipts:
        return Receipts(tuple(sorted(applied.items())))

    def start_day(day: date) -> None:
        if made.state is PromiseState.OPEN and made.due_on <= day:
            made.fall_due()
        if made.judge(receipts(), day):
            judged.append(made.state)
        made.mark_paid_late(receipts())

    for what, number, amount in steps:
        if what == "paid":
            day = max(march(2), today - timedelta(days=number))
            applied[day] = applied.get(day, Decimal(0)) + amount
            if made.keep_if_paid(receipts()):
                judged.append(made.state)
            made.mark_paid_late(receipts())
        else:
            today += timedelta(days=number)
            start_day(today)
    start_day(max(today, made.due_on) + timedelta(days=1))
    assert len(judged) == 1
    assert made.state not in UNJUDGED
    in_time = receipts().total(made.made_on, made.due_on) >= made.amount
    if judged == [PromiseState.KEPT]:
        assert in_time
    else:
        assert judged == [PromiseState.BROKEN]
        assert (made.state is PromiseState.PAID_LATER) == (receipts().total(made.made_on, date.max) >= made.amount)
