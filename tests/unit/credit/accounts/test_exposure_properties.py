"""What must hold for any history: exposure counts once, batching changes nothing, approvals stay within the limit."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.credit.accounts.domain.account_profile import AccountProfile
from shared.contracts.credit import CreditApproved, CreditReleased
from shared.contracts.event import Event
from tests.kit.examples import examples
from tests.unit.credit.events import customer, item, left, order
from tests.unit.credit.histories import amounts, batches, histories
from tests.unit.credit.in_memory import InMemoryBooks

NOTHING_COUNTED = {"open_items_total": Decimal(0), "open_orders_total": Decimal(0)}


@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_exposure_counts_everything_once_in_any_order_of_events(data: st.DataObject) -> None:
    events = data.draw(histories())
    books = InMemoryBooks()
    for batch in data.draw(batches(events)):
        asyncio.run(books.handle(*batch))
        account = asyncio.run(books.account("C-1"))
        if account["customer_version"]:
            counted = next((row for row in books.counted(["C-1"]) if row["currency"] == "USD"), NOTHING_COUNTED)
            assert {name: account[name] for name in NOTHING_COUNTED} == {
                name: counted[name] for name in NOTHING_COUNTED
            }
            owed = AccountProfile(account["profile"]).due_by_currency().get("USD", Decimal(0))
            assert owed == account["open_items_total"]
            assert asyncio.run(books.moved("open_orders")) == account["open_orders_total"]
    latest = {e.item_id: e for e in sorted((e for e in events if hasattr(e, "item_id")), key=lambda e: e.item_version)}  # type: ignore[attr-defined]
    assert asyncio.run(books.account("C-1"))["open_items_total"] == sum(
        (e.open_amount for e in latest.values()), Decimal(0)
    )
    last = {e.order_id: e.open_amount for e in events if e.topic == "OpenOrderChanged"}  # type: ignore[attr-defined]
    for order_id, open_amount in last.items():
        assert asyncio.run(books.order(order_id))["open_amount"] == open_amount


@settings(max_examples=examples(100), deadline=None)
@given(
    held=st.lists(amounts, min_size=1, max_size=6),
    paid=st.lists(amounts, min_size=1, max_size=5),
    data=st.data(),
)
def test_any_order_and_batching_of_payments_releases_the_same_orders(
    held: list[Decimal], paid: list[Decimal], data: st.DataObject
) -> None:
    payments: list[Event] = [item(f"I-{n}", str(amount), "0", 2) for n, amount in enumerate(paid)]

    def released(splits: list[list[Event]]) -> set[str]:
        books = InMemoryBooks()

        async def play() -> list[Any]:
            await books.handle(customer(str(max(sum(paid), Decimal("0.01")))))
            await books.handle(*(item(f"I-{n}", str(amount), str(amount)) for n, amount in enumerate(paid)))
            await books.handle(*(order(f"O-{n}", str(amount)) for n, amount in enumerate(held)))
            return [event for batch in splits for event in await books.handle(*batch)]

        return {event.order_id for event in asyncio.run(play()) if isinstance(event, CreditReleased)}

    assert released(data.draw(batches(payments))) == released([payments])


@settings(max_examples=examples(150), deadline=None)
@given(
    limit=amounts,
    steps=st.lists(st.tuples(st.sampled_from(["order", "item", "pay", "cancel"]), amounts), max_size=15),
    cuts=st.integers(1, 4),
)
def test_nothing_is_approved_automatically_above_the_limit(
    limit: Decimal, steps: list[tuple[str, Decimal]], cuts: int
) -> None:
    events: list[Event] = []
    for n, (kind, amount) in enumerate(steps):
        made = {
            "order": lambda n=n, amount=amount: order(f"O-{n}", str(amount)),
            "item": lambda n=n, amount=amount: item(f"I-{n}", str(amount), str(amount)),
            "pay": lambda n=n, amount=amount: item(f"I-{n - 1}", str(amount), "0", 2),
            "cancel": lambda n=n, amount=amount: left(f"O-{n - 1}", "0"),
        }
        events.append(made[kind]())
    books = InMemoryBooks()

    async def play() -> list[Event]:
        published = await books.handle(customer(str(limit)))
        for start in range(0, len(events), cuts):
            published += await books.handle(*events[start : start + cuts])
        return published

    for event in asyncio.run(play()):
        if isinstance(event, CreditApproved | CreditReleased):
            assert event.exposure <= event.credit_limit == limit
