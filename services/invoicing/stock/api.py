"""Backorders over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.invoicing.access import Db, Filter, Viewer
from services.invoicing.stock.schemas import BackorderView
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.paging import day

router = APIRouter()


@router.get("/backorders")
async def list_backorders(
    *,
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    item_id: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BackorderView]:
    """Lines that wait for stock, oldest order first."""
    after_date, after_id, after_line, after_customer = decode_cursor(cursor, 4, day, str, int, str)
    rows = await db.fetch(
        "list_backorders", customer_id, item_id, after_date, after_id, after_line, after_customer, limit + 1
    )
    return Page[BackorderView].of(
        rows,
        limit,
        lambda row: BackorderView.model_validate(dict(row)),
        lambda row: [row["order_date"], row["order_id"], row["line_no"], row["customer_id"]],
    )
