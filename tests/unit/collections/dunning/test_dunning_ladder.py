"""Which notice is sent for an item: each step once, never a step back, all items of a customer in one notice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.collections.dunning.domain import NOTICE_ITEMS_MAX, DunningLadder, notices
from services.collections.receivables.domain.identifiers import IDENTIFIER_LENGTH_MAX
from services.collections.receivables.domain.open_items import OpenItem
from tests.unit.collections.stories import DUE, SHIPPED, open_item


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (-5, None),
        (0, None),
        (1, "reminder"),
        (30, "reminder"),
        (31, "first-letter"),
        (60, "first-letter"),
        (61, "second-letter"),
        (90, "second-letter"),
        (91, "final-notice"),
        (4000, "final-notice"),
    ],
)
def test_the_age_of_an_item_decides_its_step(days: int, name: str | None) -> None:
    step = SHIPPED.step_for(days)
    assert (step.name if step else None) == name


def test_a_customer_gets_one_notice_per_step_with_all_its_items_oldest_first() -> None:
    items = [
        open_item("INV-2"),
        open_item("INV-1", due_date=DUE - timedelta(days=3), open_amount=Decimal("50.00")),
        open_item("INV-9", due_date=DUE - timedelta(days=70)),
    ]
    reminder, second = notices(items, SHIPPED, DUE + timedelta(days=1))
    assert (reminder.step.name, [i.item_id for i in reminder.items]) == ("reminder", ["INV-1", "INV-2"])
    assert reminder.total == Decimal("150.00")
    assert [line.days_overdue for line in reminder.dunned] == [4, 1]
    assert (second.step.name, [i.item_id for i in second.items]) == ("second-letter", ["INV-9"])


def test_a_step_is_sent_once_and_the_next_one_at_its_age() -> None:
    item = open_item()
    sent = []
    for days in range(100):
        for notice in notices([item], SHIPPED, DUE + timedelta(days=days)):
            notice.mark_sent()
            sent.append((days, notice.step.name))
    assert sent == [(1, "reminder"), (31, "first-letter"), (61, "second-letter"), (91, "final-notice")]


def test_an_old_item_skips_to_the_step_its_age_is_in() -> None:
    (notice,) = notices([open_item()], SHIPPED, DUE + timedelta(days=75))
    assert notice.step.name == "second-letter"


def test_disputed_and_paid_items_are_not_dunned() -> None:
    items = [open_item("INV-1", disputed=True), open_item("INV-2", open_amount=Decimal("0.00"))]
    assert notices(items, SHIPPED, DUE + timedelta(days=40)) == []


def test_a_notice_below_the_minimum_waits_for_more_items() -> None:
    small = open_item("INV-1", open_amount=Decimal("4.99"))
    assert notices([small], SHIPPED, DUE + timedelta(days=5)) == []
    (notice,) = notices([small, open_item("INV-2", open_amount=Decimal("0.01"))], SHIPPED, DUE + timedelta(days=5))
    assert notice.total == Decimal("5.00")


def test_currencies_and_companies_are_never_in_one_notice() -> None:
    items = [open_item("INV-1"), open_item("INV-2", currency="EUR"), open_item("INV-3", company_id="2000")]
    found = notices(items, SHIPPED, DUE + timedelta(days=1))
    assert len(found) == 3
    assert len({notice.notice_id for notice in found}) == 3


def test_a_notice_stays_small_enough_to_travel() -> None:
    items = [open_item(f"INV-{n:05}") for n in range(NOTICE_ITEMS_MAX + 1)]
    (today,) = notices(items, SHIPPED, DUE + timedelta(days=1))
    today.mark_sent()
    (tomorrow,) = notices(items, SHIPPED, DUE + timedelta(days=2))
    assert len(today.items) == NOTICE_ITEMS_MAX
    assert [item.item_id for item in tomorrow.items] == [f"INV-{NOTICE_ITEMS_MAX:05}"]


def test_a_long_customer_id_still_makes_a_valid_notice_id() -> None:
    (notice,) = notices([open_item(customer_id="C" * 80)], SHIPPED, DUE + timedelta(days=1))
    assert len(notice.notice_id) <= IDENTIFIER_LENGTH_MAX


def test_a_ladder_that_does_not_climb_is_refused() -> None:
    steps = [step.model_dump() for step in SHIPPED.steps]
    with pytest.raises(ValidationError, match="order the steps by number and by days"):
        DunningLadder.model_validate({"steps": [steps[1], steps[0]]})


CUSTOMERS = st.sampled_from(["C-1", "C-2"])
ITEMS = st.lists(st.tuples(CUSTOMERS, st.integers(0, 120), st.booleans()), min_size=1, max_size=12)


@given(ITEMS, st.lists(st.integers(1, 25), min_size=1, max_size=30))
def test_with_skipped_days_each_step_is_sent_once_and_in_order(
    made: list[tuple[str, int, bool]], gaps: list[int]
) -> None:
    items = [
        open_item(f"INV-{n}", customer_id=customer, due_date=DUE + timedelta(days=offset), disputed=disputed)
        for n, (customer, offset, disputed) in enumerate(made)
    ]
    sent: dict[str, list[int]] = {item.item_id: [] for item in items}
    day = DUE
    for gap in gaps:
        day += timedelta(days=gap)
        found = notices(items, SHIPPED, day)
        assert all(count == 1 for count in Counter((n.customer_id, n.step.step) for n in found).values())
        for notice in found:
            for item in notice.items:
                sent[item.item_id].append(notice.step.step)
                assert SHIPPED.step_for(item.days_overdue(day)) == notice.step
            notice.mark_sent()
        assert notices(items, SHIPPED, day) == [], "a repeat on the same day sends nothing"
    for item in items:
        steps = sent[item.item_id]
        assert steps == sorted(set(steps))
        assert item.last_dunning_step == (0 if item.disputed else _step_number(item, day))


def _step_number(item: OpenItem, day: object) -> int:
    step = SHIPPED.step_for(item.days_overdue(day))  # type: ignore[arg-type]
    return step.step if step else 0


@given(st.integers(-500, 5000), st.integers(0, 500))
def test_the_ladder_only_goes_up(days: int, later: int) -> None:
    before, after = SHIPPED.step_for(days), SHIPPED.step_for(days + later)
    assert (before.step if before else 0) <= (after.step if after else 0)


@given(ITEMS, st.randoms(use_true_random=False))
def test_the_order_of_the_items_does_not_matter(made: list[tuple[str, int, bool]], random: object) -> None:
    items = [
        open_item(f"INV-{n}", customer_id=customer, due_date=DUE + timedelta(days=offset))
        for n, (customer, offset, _) in enumerate(made)
    ]
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    day = DUE + timedelta(days=90)
    assert notices(items, SHIPPED, day) == notices(shuffled, SHIPPED, day)
