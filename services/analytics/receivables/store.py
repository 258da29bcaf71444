"""Items and their dated changes: loaded and saved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import asyncpg

from services.analytics.receivables.domain.aging_steps import Movement
from services.analytics.receivables.domain.tracked_item import TrackedItem
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork
from shared.contracts.cash_app import OpenItemChanged

ItemKey = tuple[str, str]
"""Customer and item: the customer first, so that the table can be distributed by it."""

Movements = defaultdict[ItemKey, dict[int, Movement]]
"""The dated changes of items, by item and version."""


def item_from_row(row: asyncpg.Record) -> TrackedItem:
    return TrackedItem(**row)


def item_to_row(item: TrackedItem) -> tuple[Any, ...]:
    return (
        item.item_id, item.customer_id, item.company_id, item.currency, item.document_number,
        item.original_amount, item.open_amount, item.item_version, item.document_date, item.due_date,
        item.disputed, item.posted_on, item.first_relief_on, item.last_relief_on, item.closed_on, item.in_order,
    )  # fmt: skip


ITEMS = Table[ItemKey, TrackedItem](
    load="load_items",
    save="save_items",
    key=lambda item: (item.customer_id, item.item_id),
    from_row=item_from_row,
    to_row=item_to_row,
)


async def load_movements(uow: UnitOfWork, keys: Iterable[ItemKey]) -> Movements:
    """The dated changes stored by earlier batches, of at least one item."""
    customers, item_ids = zip(*keys, strict=True)
    stored: Movements = defaultdict(dict)
    for row in await uow.fetch("movements_of_items", list(customers), list(item_ids)):
        stored[row["customer_id"], row["item_id"]][row["item_version"]] = Movement(
            row["item_version"], row["business_date"], row["change"], row["cause"] == "posted"
        )
    return stored


def insert_movement(uow: UnitOfWork, change: OpenItemChanged) -> None:
    """Stores a dated change at the flush."""
    uow.append(
        "insert_movements",
        (
            change.customer_id, change.item_id, change.item_version, change.company_id, change.currency,
            change.business_date, change.change, change.cause,
        ),
    )  # fmt: skip
