"""Deferred events over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.invoicing.access import Db, Filter, Viewer
from services.invoicing.deferred_events.schemas import DeferredEventView
from shared.chassis.http import Cursor, Limit, Page, decode_cursor

router = APIRouter()


@router.get("/deferred-events")
async def list_deferred_events(
    *,
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    order_id: Filter = None,
    kind: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeferredEventView]:
    """Cancellations, credit decisions, stock answers and shipments that came too early for their order.

    Kinds: cancellation, CreditHeld, CreditApproved, CreditReleased, CreditDeclined, StockAnswered, shipment.
    """
    after = decode_cursor(cursor, 4, str, str, str, str)
    rows = await db.fetch("list_deferred_events", *after, limit + 1, customer_id, order_id, kind)
    return Page[DeferredEventView].of(
        rows,
        limit,
        DeferredEventView.of,
        lambda row: [row["customer_id"], row["order_id"], row["kind"], row["subject"]],
    )
