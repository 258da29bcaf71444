"""The sums behind the aging: whatever order changes come in, and in whatever batches, the sums are the items'."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from services.analytics.receivables.domain.aging_steps import NOTHING, Movement, steps
from services.analytics.receivables.domain.tracked_item import TrackedItem, open_on
from services.analytics.receivables.item_updates import apply_changes
from services.analytics.receivables.store import ItemKey
from services.analytics.work import AnalyticsWork
from shared.contracts.cash_app import OpenItemChanged

POSTED = date(2026, 1, 10)
DUE = POSTED + timedelta(days=30)
Sums = dict[tuple[date, date], tuple[Decimal, int]]
"""Amount and number of items by due date and business date."""


class Kept:
    """What the database would keep between batches; one batch at a time has it in hand."""

    def __init__(self) -> None:
        self.held: dict[ItemKey, TrackedItem] = {}
        self.movements: list[tuple[Any, ...]] = []
        self.sums: defaultdict[tuple[date, date], tuple[Decimal, int]] = defaultdict(lambda: (NOTHING, 0))
        self._appended: list[tuple[Any, ...]] = []

    @property
    def items(self) -> Kept:
        return self

    async def load(self, keys: Iterable[ItemKey]) -> dict[ItemKey, TrackedItem]:
        return {key: self.held[key] for key in keys if key in self.held}

    def put(self, item: TrackedItem) -> TrackedItem:
        self.held[item.customer_id, item.item_id] = item
        return item

    async def fetch(self, query: str, customers: list[str], items: list[str]) -> list[dict[str, Any]]:
        assert query == "movements_of_items"
        names = ("customer_id", "item_id", "item_version", "company_id", "currency", "business_date", "change", "cause")
        wanted = set(zip(customers, items, strict=True))
        return [dict(zip(names, row, strict=True)) for row in self.movements if row[:2] in wanted]

    def append(self, query: str, row: tuple[Any, ...]) -> None:
        if query == "insert_movements":
            self._appended.append(row)
        else:
            _, _, due, on, amount, opened = row
            before = self.sums[due, on]
            self.sums[due, on] = (before[0] + amount, before[1] + opened)

    def receive(self, batch: Sequence[OpenItemChanged]) -> None:
        in_order = sorted(batch, key=lambda change: change.business_order)
        asyncio.run(apply_changes(in_order, cast(AnalyticsWork, self)))
        self.movements += self._appended
        self._appended = []
        keys = [row[:3] for row in self.movements]
        assert len(keys) == len(set(keys)), "a movement is written twice"


def life(item: int, moves: Sequence[tuple[int, int, int]]) -> list[OpenItemChanged]:
    """An item of 100.00; each move is a day, an amount (what cannot be is left out) and days more until it is due."""
    changes: list[OpenItemChanged] = []
    still_open, due = Decimal(0), DUE
    for version, (day, amount, later) in enumerate([(0, 100, 0), *moves], start=1):
        moved = Decimal(max(-still_open, min(Decimal(amount), 100 - still_open)))
        still_open, due = still_open + moved, due + timedelta(days=later)
        body: dict[str, Any] = {
            "item_id": f"I-{item}", "item_version": version, "customer_id": "C", "company_id": "1000",
            "document_number": f"{item}", "currency": "USD", "original_amount": "100.00", "open_amount": still_open,
            "change": moved, "cause": "posted" if version == 1 else "cash", "cause_id": f"{item}/{version}",
            "business_date": POSTED + timedelta(days=day), "document_date": POSTED, "due_date": due,
        }  # fmt: skip
        changes.append(OpenItemChanged.model_validate(body))
    return changes


def of_items(received: Iterable[OpenItemChanged]) -> Sums:
    """The sums by their definition, item by item."""
    by_item: defaultdict[str, dict[int, OpenItemChanged]] = defaultdict(dict)
    for change in received:
        by_item[change.item_id][change.item_version] = change
    sums: defaultdict[tuple[date, date], tuple[Decimal, int]] = defaultdict(lambda: (NOTHING, 0))
    for versions in by_item.values():
        due = versions[max(versions)].due_date
        known = [Movement(c.item_version, c.business_date, c.change, c.cause == "posted") for c in versions.values()]
        for day, (amount, opened) in steps(known).items():
            before = sums[due, day]
            sums[due, day] = (before[0] + amount, before[1] + opened)
    return _without_nil(sums)


def _without_nil(sums: Sums) -> Sums:
    return {key: kept for key, kept in sums.items() if kept != (NOTHING, 0)}


MOVES = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from([-100, -60, -40, -1, 40, 100]), st.sampled_from([0, 0, 0, 15])),
    max_size=5,
)


@given(st.lists(MOVES, min_size=1, max_size=3), st.randoms(use_true_random=False), st.booleans())
def test_any_order_any_batches_and_any_repeats_lead_to_the_sums_of_the_items(
    moves: list[list[tuple[int, int, int]]], chance: Any, disorder: bool
) -> None:
    lives = [life(n, each) for n, each in enumerate(moves)]
    waiting = [change for each in lives for change in each]
    if disorder:
        waiting += chance.choices(waiting, k=3)
        chance.shuffle(waiting)
    kept, received = Kept(), list[OpenItemChanged]()
    while waiting:
        size = chance.randint(1, 4)
        batch, waiting = waiting[:size], waiting[size:]
        kept.held = {key: copy(item) for key, item in kept.held.items()}
        kept.receive(batch)
        received += batch
        assert _without_nil(kept.sums) == of_items(received)


@given(MOVES.map(lambda moves: life(0, moves)), st.integers(-1, 61))
def test_the_steps_up_to_a_day_are_what_was_open_on_it(changes: list[OpenItemChanged], days: int) -> None:
    day = POSTED + timedelta(days=days)
    known = [Movement(c.item_version, c.business_date, c.change, c.cause == "posted") for c in changes]
    until = [step for on, step in steps(known).items() if on <= day]
    still_open = open_on(day, [(c.business_date, c.change) for c in changes])
    assert sum((amount for amount, _ in until), NOTHING) == still_open
    assert sum(opened for _, opened in until) == (still_open > 0)


def test_an_item_whose_changes_come_in_order_is_added_to_without_reading_the_earlier_ones() -> None:
    kept = Kept()
    for change in life(0, [(10, -40, 0), (20, -60, 0), (25, 100, 0)]):
        kept.movements.clear()  # nothing to read from
        kept.receive([change])
    assert _without_nil(kept.sums) == {
        (DUE, POSTED): (Decimal(100), 1),
        (DUE, POSTED + timedelta(days=10)): (Decimal(-40), 0),
        (DUE, POSTED + timedelta(days=20)): (Decimal(-60), -1),
        (DUE, POSTED + timedelta(days=25)): (Decimal(100), 1),
    }


def test_nothing_is_added_before_the_posting_arrives() -> None:
    posting, relief = life(0, [(10, -40, 0)])
    kept = Kept()
    kept.receive([relief])
    assert not _without_nil(kept.sums)
    kept.receive([posting])
    assert _without_nil(kept.sums) == of_items([posting, relief])
