"""How the changes of items are taken in: as they come one after the other, or late and out of order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.analytics.domain.aging_steps import NOTHING, AgingSteps, Movement, steps
from services.analytics.domain.tracked_item import TrackedItem
from services.analytics.store import AnalyticsWork, ItemKey
from shared.contracts.cash_app import OpenItemChanged

Late = dict[ItemKey, list[OpenItemChanged]]
"""By item, from the first change on that did not simply continue it."""


async def follow(changes: Sequence[OpenItemChanged], uow: AnalyticsWork) -> None:
    """Items, their dated changes and the sums behind the aging take in what was heard; repeats change nothing."""
    items = await uow.items.load((change.customer_id, change.item_id) for change in changes)
    sums, late = AgingSteps(), Late()
    for change in changes:
        key = (change.customer_id, change.item_id)
        item = items.get(key)
        before = NOTHING
        if key in late:
            late[key].append(change)
            continue
        if item is None and change.item_version == 1 and change.cause == "posted":
            items[key] = uow.items.put(TrackedItem.first_heard(change))
        elif item is not None and item.is_continued_by(change):
            before = item.open_amount
            item.hear(change)
        elif item is not None and item.has_heard(change):
            continue
        else:
            late[key] = [change]
            continue
        uow.append("insert_movements", _movement_row(change))
        opened = (change.open_amount > NOTHING) - (before > NOTHING)
        sums.add(change.company_id, change.currency, change.due_date, change.business_date, change.change, opened)
    if late:
        await _catch_up(changes, late, items, sums, uow)
    for row in sums.rows:
        uow.append("add_to_aging_sums", row)


async def _catch_up(
    changes: Sequence[OpenItemChanged],
    late: Late,
    items: dict[ItemKey, TrackedItem],
    sums: AgingSteps,
    uow: AnalyticsWork,
) -> None:
    """What the item added so far is taken back, and what it adds with all that is known now is added instead."""
    known = await _movements_heard(changes, late, uow)
    for key, coming in late.items():
        movements, item = known[key], items.get(key)
        before, due_before = steps(movements.values()), item.due_date if item else date.min
        for change in coming:
            if change.item_version in movements:
                continue
            movements[change.item_version] = _movement(change)
            uow.append("insert_movements", _movement_row(change))
            if item is None:
                item = items[key] = uow.items.put(TrackedItem.first_heard(change))
            else:
                item.hear(change)
                item.in_order = False
        if item is not None:
            sums.add_all(item.company_id, item.currency, due_before, before, -1)
            sums.add_all(item.company_id, item.currency, item.due_date, steps(movements.values()), 1)


async def _movements_heard(
    changes: Sequence[OpenItemChanged], late: Late, uow: AnalyticsWork
) -> defaultdict[ItemKey, dict[int, Movement]]:
    """By item and version: what was heard in earlier batches, and in this one before the first late change."""
    customers, item_ids = zip(*late, strict=True)
    heard: defaultdict[ItemKey, dict[int, Movement]] = defaultdict(dict)
    for row in await uow.fetch("movements_of_items", list(customers), list(item_ids)):
        heard[row["customer_id"], row["item_id"]][row["item_version"]] = Movement(
            row["item_version"], row["business_date"], row["change"], row["cause"] == "posted"
        )
    waiting = {id(change) for coming in late.values() for change in coming}
    for change in changes:
        key = (change.customer_id, change.item_id)
        if key in late and id(change) not in waiting:
            heard[key].setdefault(change.item_version, _movement(change))
    return heard


def _movement(change: OpenItemChanged) -> Movement:
    return Movement(change.item_version, change.business_date, change.change, change.cause == "posted")


def _movement_row(change: OpenItemChanged) -> tuple[str, str, int, str, str, date, Decimal, Any]:
    return (
        change.customer_id, change.item_id, change.item_version, change.company_id, change.currency,
        change.business_date, change.change, change.cause,
    )  # fmt: skip
