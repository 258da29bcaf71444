"""Open items over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import APIRouter

from services.cash_app.access import Books, Reader
from services.cash_app.open_items.schemas import ItemChange, OpenItemView
from shared.chassis.http import Cursor, Limit, NotFound, Page, ReadSession, decode_cursor
from shared.contracts.event import BusinessDate, Identifier

router = APIRouter()


@router.get("/open-items")
async def open_items(
    *,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    company_id: Identifier | None = None,
    due_until: BusinessDate | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OpenItemView]:
    """What is owed now, the oldest due first."""
    after = decode_cursor(cursor, 3, date.fromisoformat, str, str) if cursor else (None, None, None)
    rows = await db.fetch("view_open_items", customer_id, company_id, due_until, *after, limit + 1)
    return Page[OpenItemView].of(
        rows, limit, OpenItemView.of, lambda row: (row["due_date"], row["customer_id"], row["item_id"])
    )


@router.get("/customers/{customer_id:path}/open-items")
async def open_items_of_customer(
    customer_id: str, person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50
) -> Page[OpenItemView]:
    """What one customer owes now, the oldest due first."""
    await known_customer(customer_id, db)
    return await open_items(person=person, db=db, customer_id=customer_id, cursor=cursor, limit=limit)


@router.get("/open-items/{item_id:path}/changes")
async def item_changes(item_id: str, person: Reader, db: Books) -> list[ItemChange]:
    """How an item's open amount came about, change by change."""
    owner = await db.fetchrow("owner_of_item", item_id)
    if owner is None:
        raise NotFound(f"there is no item {item_id!r}: GET /open-items lists what is owed")
    return [ItemChange.of(row) for row in await db.fetch("item_changes", owner["customer_id"], item_id)]


async def known_customer(customer_id: str, db: ReadSession) -> Any:
    """The customer's row: name and company, each None until its master data has arrived. Raises NotFound."""
    row = await db.fetchrow("view_customer", customer_id)
    if row is None:
        raise NotFound(f"customer {customer_id!r} is not known: check the customer number")
    return row
