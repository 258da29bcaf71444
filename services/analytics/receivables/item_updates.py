"""How changes of items are applied: one after the other where they arrive in order, else by recalculation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.analytics.receivables.domain.aging_steps import NOTHING, AgingSteps, Movement, steps
from services.analytics.receivables.domain.tracked_item import TrackedItem
from services.analytics.receivables.store import ItemKey, Movements, insert_movement, load_movements
from services.analytics.work import AnalyticsWork
from shared.contracts.cash_app import OpenItemChanged

LateChanges = dict[ItemKey, list[OpenItemChanged]]
"""By item, from the first change on that did not continue it in order."""


async def apply_changes(changes: Sequence[OpenItemChanged], uow: AnalyticsWork) -> None:
    """Updates items, their dated changes and the sums behind the aging; repeats change nothing."""
    items = await uow.items.load((change.customer_id, change.item_id) for change in changes)
    sums, late = AgingSteps(), LateChanges()
    for change in changes:
        key = (change.customer_id, change.item_id)
        item = items.get(key)
        before = NOTHING
        if key in late:
            late[key].append(change)
            continue
        if item is None and change.item_version == 1 and change.cause == "posted":
            items[key] = uow.items.put(TrackedItem.from_change(change))
        elif item is not None and item.is_continued_by(change):
            before = item.open_amount
            item.apply(change)
        elif item is not None and item.has_applied(change):
            continue
        else:
            late[key] = [change]
            continue
        insert_movement(uow, change)
        opened = (change.open_amount > NOTHING) - (before > NOTHING)
        sums.add(
            change.company_id,
            change.currency,
            change.due_date,
            on=change.business_date,
            amount=change.change,
            items=opened,
        )
    if late:
        await _recalculate(changes, late, items, sums, uow)
    for row in sums.rows:
        uow.append("add_to_aging_sums", row)


async def _recalculate(
    changes: Sequence[OpenItemChanged],
    late: LateChanges,
    items: dict[ItemKey, TrackedItem],
    sums: AgingSteps,
    uow: AnalyticsWork,
) -> None:
    """Subtracts what each late item added to the sums so far, and adds what follows from all its known changes."""
    known = await _known_movements(changes, late, uow)
    for key, arrived in late.items():
        movements, item = known[key], items.get(key)
        before, due_before = steps(movements.values()), item.due_date if item else date.min
        for change in arrived:
            if change.item_version in movements:
                continue
            movements[change.item_version] = _movement(change)
            insert_movement(uow, change)
            if item is None:
                item = items[key] = uow.items.put(TrackedItem.from_change(change))
            else:
                item.apply(change)
                item.in_order = False
        if item is not None:
            sums.add_all(item.company_id, item.currency, due_before, before, sign=-1)
            sums.add_all(item.company_id, item.currency, item.due_date, steps(movements.values()), sign=1)


async def _known_movements(changes: Sequence[OpenItemChanged], late: LateChanges, uow: AnalyticsWork) -> Movements:
    """Those of earlier batches, and those of this batch that came before the item's first late change."""
    known = await load_movements(uow, late)
    not_applied = {id(change) for arrived in late.values() for change in arrived}
    for change in changes:
        key = (change.customer_id, change.item_id)
        if key in late and id(change) not in not_applied:
            known[key].setdefault(change.item_version, _movement(change))
    return known


def _movement(change: OpenItemChanged) -> Movement:
    return Movement(change.item_version, change.business_date, change.change, change.cause == "posted")
