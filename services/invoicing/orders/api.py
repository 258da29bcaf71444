"""Orders over HTTP: listed, and shown with their lines, history and documents."""

from __future__ import annotations

from fastapi import APIRouter

from services.invoicing.access import Db, Filter, FromDate, ToDate, Viewer
from services.invoicing.orders.domain.life import State
from services.invoicing.orders.schemas import OrderDetail, OrderView
from shared.chassis.errors import NotFound
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.paging import day

router = APIRouter()


@router.get("/orders")
async def list_orders(
    *,
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    company_id: Filter = None,
    state: State | None = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OrderView]:
    """Orders, newest order date first."""
    after_date, after_id, after_customer = decode_cursor(cursor, 3, day, str, str)
    rows = await db.fetch(
        "list_orders",
        customer_id,
        company_id,
        state,
        from_date,
        to_date,
        after_date,
        after_id,
        after_customer,
        limit + 1,
    )
    return Page[OrderView].of(
        rows, limit, OrderView.of, lambda row: [row["order_date"], row["order_id"], row["customer_id"]]
    )


@router.get("/orders/{order_id:path}")
async def show_order(*, order_id: str, viewer: Viewer, db: Db) -> OrderDetail:
    """One order: its lines with quantities by status, its history, pick lists, shipments and invoices."""
    row = await db.fetchrow("view_order", order_id)
    if row is None:
        raise NotFound(f"there is no order {order_id!r}: GET /orders lists them")
    key = (row["customer_id"], order_id)
    return OrderDetail.assemble(
        row,
        await db.fetch("view_order_steps", *key),
        await db.fetch("view_order_pick_lists", *key),
        await db.fetch("view_order_shipments", *key),
        await db.fetch("view_order_invoices", *key),
    )
