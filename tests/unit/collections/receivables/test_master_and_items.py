"""State-carrying events: the newest version counts, in whatever order they come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.collections.receivables.domain.customers import Customer
from services.collections.receivables.domain.open_items import OpenItem
from shared.contracts.cash_app import OpenItemChanged
from tests.kit.events.sample import customer
from tests.unit.collections.stories import DUE


def item_changed(version: int, **changes: Any) -> OpenItemChanged:
    body: dict[str, Any] = {
        "item_id": "INV-1",
        "item_version": version,
        "customer_id": "C-1",
        "company_id": "1000",
        "document_number": "1000-1",
        "currency": "USD",
        "original_amount": "100.00",
        "open_amount": f"{100 - version}.00",
        "change": "-1.00",
        "cause": "cash",
        "cause_id": "P-1",
        "business_date": DUE,
        "document_date": date(2026, 1, 31),
        "due_date": DUE,
    }
    return OpenItemChanged(**{**body, **changes})


@given(st.permutations([1, 2, 3, 4]))
def test_the_newest_version_of_an_item_counts(order: list[int]) -> None:
    first, *others = order
    item = OpenItem.from_change(item_changed(first))
    for version in others:
        item.update(item_changed(version))
    assert (item.item_version, item.open_amount) == (4, Decimal("96.00"))


def test_a_new_version_keeps_the_last_dunning_step() -> None:
    item = OpenItem.from_change(item_changed(1))
    item.last_dunning_step = 2
    item.update(item_changed(2, disputed=True))
    assert (item.last_dunning_step, item.disputed) == (2, True)


def test_an_item_due_today_is_not_overdue_and_nothing_is_before_the_first_day() -> None:
    item = OpenItem.from_change(item_changed(1))
    assert not item.is_overdue(DUE)
    assert not item.is_overdue(None)
    assert item.is_overdue(date(2026, 3, 3))


def test_an_older_master_record_changes_nothing() -> None:
    known = Customer(customer_id="C-1", company_id="1000", version=0, name="C-1")
    known.update(customer(version=3, name="Acme"))
    known.update(customer(version=2, name="Acme (old)"))
    assert (known.version, known.name) == (3, "Acme")


@given(st.permutations([1, 2, 3]))
def test_each_change_counts_from_its_value_date_in_whatever_order_it_comes(order: list[int]) -> None:
    paid_on = {2: date(2026, 3, 10), 3: date(2026, 3, 5)}
    versions = {
        number: item_changed(
            number, open_amount=amount, change=change, business_date=date(2026, 4, 1), value_date=paid_on.get(number)
        )
        for number, amount, change in ((1, "100.00", "100.00"), (2, "40.00", "-60.00"), (3, "0.00", "-40.00"))
    }
    first, *others = order
    item = OpenItem.from_change(versions[first])
    for version in others:
        item.update(versions[version])
    assert item.changes == {date(2026, 3, 5): Decimal("-40.00"), date(2026, 3, 10): Decimal("-60.00")}
    assert (item.open_amount, item.closed_on) == (0, date(2026, 3, 10))
