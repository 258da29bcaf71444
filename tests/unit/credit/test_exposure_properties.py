"""What must hold for any history: exposure counts once, batching changes nothing, approvals stay within the limit."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.credit.domain.standing import Standing
from shared.contracts.credit import CreditApproved, CreditReleased
from shared.contracts.event import Event
from tests.unit.credit.events import customer, item, left, order
from tests.unit.credit.in_memory import Books

NOTHING_COUNTED = {"open_items_total": Decimal(0), "open_orders_total": Decimal(0)}
amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(2000), places=2)


@st.composite
def batches(draw: st.DrawFn, events: list[Event]) -> list[list[Event]]:
    """The events in any order, some told twice, cut into batches anyhow."""
    told = draw(st.permutations(events + draw(st.lists(st.sampled_from(events), max_size=3))))
    cuts = sorted(draw(st.sets(st.integers(1, len(told)))))
    return [list(told[a:b]) for a, b in zip([0, *cuts], [*cuts, len(told)], strict=True) if a < b]


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Orders, each partly or wholly invoiced and the invoice partly or wholly paid."""
    events: list[Event] = [customer("3000")]
    for n in range(draw(st.integers(1, 5))):
        total = draw(amounts)
        events.append(order(f"O-{n}", str(total)))
        if draw(st.booleans()):
            invoiced = (total * draw(st.sampled_from([Decimal("0.5"), Decimal(1)]))).quantize(Decimal("0.01"))
            if invoiced > 0:
                events.append(left(f"O-{n}", str(total - invoiced), 2, f"INV-{n}", str(invoiced)))
                events.append(item(f"INV-{n}", str(invoiced), str(invoiced)))
                if draw(st.booleans()):
                    events.append(item(f"INV-{n}", str(invoiced), "0", 2))
    return events


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_exposure_counts_everything_once_in_any_order_of_events(data: st.DataObject) -> None:
    events = data.draw(histories())
    books = Books()
    for batch in data.draw(batches(events)):
        asyncio.run(books.hear(*batch))
        account = books.account("C-1")
        if account["customer_version"]:
            counted = next((row for row in books.counted(["C-1"]) if row["currency"] == "USD"), NOTHING_COUNTED)
            assert {name: account[name] for name in NOTHING_COUNTED} == {
                name: counted[name] for name in NOTHING_COUNTED
            }
            owed = Standing(account["standing"]).owed_by_currency().get("USD", Decimal(0))
            assert owed == account["open_items_total"]
            assert books.moved("open_orders") == account["open_orders_total"]
    latest = {e.item_id: e for e in sorted((e for e in events if hasattr(e, "item_id")), key=lambda e: e.item_version)}  # type: ignore[attr-defined]
    assert books.account("C-1")["open_items_total"] == sum((e.open_amount for e in latest.values()), Decimal(0))
    last = {e.order_id: e.open_amount for e in events if e.topic == "OpenOrderChanged"}  # type: ignore[attr-defined]
    for order_id, open_amount in last.items():
        assert books.order(order_id)["open_amount"] == open_amount


@settings(max_examples=100, deadline=None)
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
        books = Books()

        async def play() -> list[Any]:
            await books.hear(customer(str(max(sum(paid), Decimal("0.01")))))
            await books.hear(*(item(f"I-{n}", str(amount), str(amount)) for n, amount in enumerate(paid)))
            await books.hear(*(order(f"O-{n}", str(amount)) for n, amount in enumerate(held)))
            return [event for batch in splits for event in await books.hear(*batch)]

        return {event.order_id for event in asyncio.run(play()) if isinstance(event, CreditReleased)}

    assert released(data.draw(batches(payments))) == released([payments])


@settings(max_examples=150, deadline=None)
@given(
    limit=amounts,
    steps=st.lists(st.tuples(st.sampled_from(["order", "item", "pay", "cancel"]), amounts), max_size=15),
    cuts=st.integers(1, 4),
)
def test_nothing_goes_on_by_itself_above_the_limit(limit: Decimal, steps: list[tuple[str, Decimal]], cuts: int) -> None:
    events: list[Event] = []
    for n, (kind, amount) in enumerate(steps):
        made = {
            "order": lambda n=n, amount=amount: order(f"O-{n}", str(amount)),
            "item": lambda n=n, amount=amount: item(f"I-{n}", str(amount), str(amount)),
            "pay": lambda n=n, amount=amount: item(f"I-{n - 1}", str(amount), "0", 2),
            "cancel": lambda n=n, amount=amount: left(f"O-{n - 1}", "0"),
        }
        events.append(made[kind]())
    books = Books()

    async def play() -> list[Event]:
        said = await books.hear(customer(str(limit)))
        for start in range(0, len(events), cuts):
            said += await books.hear(*events[start : start + cuts])
        return said

    for event in asyncio.run(play()):
        if isinstance(event, CreditApproved | CreditReleased):
            assert event.exposure <= event.credit_limit == limit
