"""Order entry over HTTP: orders are captured, amended and cancelled; rejected orders are listed."""

from __future__ import annotations

from fastapi import APIRouter

from services.invoicing.access import Controller, Db, Filter, Viewer
from services.invoicing.order_entry import commands
from services.invoicing.order_entry.schemas import (
    AmendOrder,
    CaptureOrder,
    OrderAmended,
    OrderCancelledView,
    OrderCaptured,
    RejectedOrderView,
)
from services.invoicing.work import InvoicingWork
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.paging import day
from shared.chassis.http.schemas import WithReason

router = APIRouter()


@router.post("/orders", status_code=202)
async def capture_order(*, body: CaptureOrder, command: Controller) -> OrderCaptured:
    """Captures an order taken by phone or web. It is published as OrderPlaced, and validated as any other order.

    A moment later `GET /orders/{order_id}` or `GET /rejected-orders` shows whether it is accepted.
    """

    async def work(uow: InvoicingWork) -> OrderCaptured:
        placed = await commands.capture_order(body, command, uow)
        return OrderCaptured.model_validate(placed.model_dump())

    return await command.run(work, body)


@router.post("/orders/{order_id:path}/amend", status_code=201)
async def amend_order(*, order_id: str, body: AmendOrder, command: Controller) -> OrderAmended:
    """Changes an order of which nothing is picked. It is published as OrderPlaced with the next revision.

    The order's history shows a moment later whether the revision is accepted.
    """

    async def work(uow: InvoicingWork) -> OrderAmended:
        placed = await commands.amend_order(order_id, body, command, uow)
        return OrderAmended(order_id=order_id, revision=placed.revision)

    return await command.run(work, body)


@router.post("/orders/{order_id:path}/cancel")
async def cancel_order(*, order_id: str, body: WithReason, command: Controller) -> OrderCancelledView:
    """Cancels the units of an order that are not on a pick list; the others are still shipped and invoiced."""

    async def work(uow: InvoicingWork) -> OrderCancelledView:
        order = await commands.cancel_order(order_id, body.reason, command, uow)
        return OrderCancelledView(
            order_id=order_id, state=order.state, currency=order.currency, open_amount=order.open_amount
        )

    return await command.run(work, body)


@router.get("/rejected-orders")
async def list_rejected_orders(
    *, viewer: Viewer, db: Db, customer_id: Filter = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[RejectedOrderView]:
    """Orders that were rejected, newest first, each with every reason."""
    after_date, after_id, after_customer = decode_cursor(cursor, 3, day, str, str)
    rows = await db.fetch("list_rejected_orders", customer_id, after_date, after_id, after_customer, limit + 1)
    return Page[RejectedOrderView].of(
        rows, limit, RejectedOrderView.of, lambda row: [row["order_date"], row["order_id"], row["customer_id"]]
    )
