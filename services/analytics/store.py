"""How analytics keeps what it heard."""

from __future__ import annotations

from typing import Any

import asyncpg

from services.analytics.domain.tracked_item import TrackedItem
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork

ItemKey = tuple[str, str]
"""Customer and item: the customer first, so that the table can be distributed by it."""


def item_from_row(row: asyncpg.Record) -> TrackedItem:
    return TrackedItem(
        item_id=row["item_id"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        currency=row["currency"],
        document_number=row["document_number"],
        original_amount=row["original_amount"],
        open_amount=row["open_amount"],
        item_version=row["item_version"],
        document_date=row["document_date"],
        due_date=row["due_date"],
        disputed=row["disputed"],
        posted_on=row["posted_on"],
        first_relief_on=row["first_relief_on"],
        last_relief_on=row["last_relief_on"],
        in_order=row["in_order"],
    )


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


class AnalyticsWork(UnitOfWork):
    def prepare(self) -> None:
        self.items = self.aggregates(ITEMS)
