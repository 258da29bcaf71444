"""An item as analytics tracks it: the order of arrival must not matter."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.receivables.domain.tracked_item import TrackedItem, open_on
from shared.contracts.cash_app import OpenItemChanged

POSTED = date(2013, 6, 1)


def change(version: int, amount: str, open_amount: str, on: date, **more: Any) -> OpenItemChanged:
    body: dict[str, Any] = {
        "item_id": "INV-1",
        "item_version": version,
        "customer_id": "C1",
        "company_id": "1000",
        "document_number": "9001",
        "currency": "USD",
        "original_amount": "100.00",
        "open_amount": open_amount,
        "change": amount,
        "cause": "posted" if version == 1 else "cash",
        "cause_id": f"P{version}",
        "business_date": on,
        "document_date": POSTED,
        "due_date": POSTED + timedelta(days=30),
    }
    return OpenItemChanged.model_validate({**body, **more})


STORY = [
    change(1, "100.00", "100.00", POSTED),
    change(2, "-30.00", "70.00", date(2013, 6, 20)),
    change(3, "-2.00", "68.00", date(2013, 6, 20), cause="discount"),
    change(4, "-68.00", "0.00", date(2013, 7, 15)),
]


def consumed(changes: list[OpenItemChanged]) -> TrackedItem:
    item = TrackedItem.from_change(changes[0])
    for later in changes[1:]:
        item.apply(later)
    return item


def test_an_item_paid_in_parts() -> None:
    item = consumed(STORY[:3])
    assert (item.open_amount, item.item_version, item.closed_on) == (Decimal("68.00"), 3, None)
    item.apply(STORY[3])
    assert (item.open_amount, item.closed_on) == (Decimal("0.00"), date(2013, 7, 15))
    assert (item.posted_on, item.first_relief_on, item.last_relief_on) == (POSTED, date(2013, 6, 20), date(2013, 7, 15))


@given(st.permutations(STORY), st.lists(st.sampled_from(STORY), max_size=4))
def test_any_order_and_any_repeat_lead_to_the_same_item(
    order: list[OpenItemChanged], repeats: list[OpenItemChanged]
) -> None:
    assert consumed([*order, *repeats]) == consumed(STORY)


def test_an_item_does_not_count_before_its_posting_arrives() -> None:
    item = consumed(STORY[1:2])
    assert item.posted_on is None


def test_a_payment_dated_before_an_earlier_one_closes_on_the_later_date() -> None:
    item = consumed(
        [STORY[0], change(2, "-60.00", "40.00", date(2013, 7, 10)), change(3, "-40.00", "0.00", date(2013, 7, 1))]
    )
    assert item.closed_on == date(2013, 7, 10)


def test_what_was_open_on_a_day_is_the_sum_of_the_changes_until_then() -> None:
    changes = [(c.business_date, c.change) for c in STORY]
    assert open_on(date(2013, 5, 31), changes) == Decimal(0)
    assert open_on(POSTED, changes) == Decimal("100.00")
    assert open_on(date(2013, 6, 19), changes) == Decimal("100.00")
    assert open_on(date(2013, 6, 20), changes) == Decimal("68.00")
    assert open_on(date(2013, 7, 15), changes) == Decimal("0.00")
