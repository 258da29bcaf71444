"""Invoices over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.invoicing.access import Db, Filter, FromDate, ToDate, Viewer
from services.invoicing.invoices.schemas import InvoiceDetail, InvoiceView
from shared.chassis.errors import Conflict, NotFound
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.paging import day

router = APIRouter()


@router.get("/invoices")
async def list_invoices(
    *,
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    company_id: Filter = None,
    order_id: Filter = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[InvoiceView]:
    """Invoices, newest invoice date first."""
    after_date, after_id = decode_cursor(cursor, 2, day, str)
    rows = await db.fetch(
        "list_invoices", customer_id, company_id, order_id, from_date, to_date, after_date, after_id, limit + 1
    )
    return Page[InvoiceView].of(rows, limit, InvoiceView.of, lambda row: [row["invoice_date"], row["invoice_id"]])


@router.get("/invoices/{number:path}")
async def show_invoice(*, number: str, viewer: Viewer, db: Db, company_id: Filter = None) -> InvoiceDetail:
    """One invoice by its printed number; `company_id` where two companies use the same number."""
    rows = await db.fetch("view_invoice", number, company_id)
    if not rows:
        raise NotFound(f"there is no invoice {number!r}: GET /invoices lists them")
    if len(rows) > 1:
        companies = ", ".join(row["company_id"] for row in rows)
        raise Conflict(f"several companies have an invoice {number!r} ({companies}): add ?company_id=")
    return InvoiceDetail.of(rows[0])
