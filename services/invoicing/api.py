"""Invoicing over HTTP: the order desk, and what became of orders."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.invoicing.access import Controller, Db, Filter, Viewer
from services.invoicing.answers import hear_early
from services.invoicing.domain.amendments import too_late
from services.invoicing.domain.order_life import State
from services.invoicing.domain.orders import Order
from services.invoicing.store import InvoicingWork
from services.invoicing.views import (
    AmendOrder,
    BackorderView,
    CancelOrder,
    CaptureOrder,
    EarlyEventView,
    InvoiceDetail,
    InvoiceView,
    OrderAmended,
    OrderCancelledView,
    OrderCaptured,
    OrderDetail,
    OrderView,
    RejectedOrderView,
)
from shared.chassis.http import (
    Conflict,
    Cursor,
    Limit,
    NotFound,
    Page,
    Unprocessable,
    decode_cursor,
)
from shared.chassis.http.paging import day
from shared.contracts.erp import OrderPlaced

router = APIRouter()

FromDate = Annotated[date | None, Query(description="First date, included.")]
ToDate = Annotated[date | None, Query(description="Last date, included.")]


@router.get("/orders")
async def list_orders(
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


@router.post("/orders", status_code=202)
async def capture_order(body: CaptureOrder, command: Controller) -> OrderCaptured:
    """Takes down an order by phone or web. It becomes OrderPlaced, and is then judged as any other order.

    Whether it can be taken shows a moment later at `GET /orders/{order_id}` and `GET /rejected-orders`.
    """

    async def work(uow: InvoicingWork) -> OrderCaptured:
        placed = await _placed(body, f"WEB-{command.id}", uow)
        uow.audit(command, "capture_order", placed.order_id, None, placed.model_dump(mode="json"))
        uow.emit(placed, cause=command)
        return OrderCaptured.model_validate(placed.model_dump())

    return await command.run(work, body)


async def _placed(body: CaptureOrder, own_number: str, uow: InvoicingWork) -> OrderPlaced:
    order_id = body.order_id or own_number
    if await uow.fetch("order_owners", [order_id]):
        raise Conflict(f"there is an order {order_id!r} already: give this one another number, or none")
    customers = await uow.customers.fetch("read_customers", [body.customer_id])
    if not customers:
        raise Unprocessable(f"customer {body.customer_id!r} is not known: the ERP has to tell of the customer first")
    order_date = body.order_date or uow.today
    if order_date is None:
        raise Unprocessable("no business day has begun yet: give the order_date")
    return OrderPlaced(
        order_id=order_id,
        company_id=body.company_id or customers[0].company_id,
        customer_id=body.customer_id,
        order_date=order_date,
        currency=body.currency or customers[0].currency,
        customer_reference=body.customer_reference,
        jurisdiction=body.jurisdiction,
        ship_complete=body.ship_complete,
        lines=tuple(body.lines),
    )


@router.post("/orders/{order_id:path}/amend", status_code=201)
async def amend_order(order_id: str, body: AmendOrder, command: Controller) -> OrderAmended:
    """Changes an order nothing of which is picked. It becomes OrderPlaced with the next revision, and is judged anew.

    Whether it can be taken shows a moment later in the order's history.
    """

    async def work(uow: InvoicingWork) -> OrderAmended:
        order = await _order(order_id, uow)
        late = too_late(order)
        if late is not None:
            raise Conflict(late.text)
        placed = _revised(order, body, uow.business_date)
        after = {**placed.model_dump(mode="json"), "why": body.reason}
        uow.audit(command, "amend_order", order_id, {**_told(order), "revision": order.revision}, after)
        uow.emit(placed, cause=command)
        return OrderAmended(order_id=order_id, revision=placed.revision)

    return await command.run(work, body)


def _revised(order: Order, body: AmendOrder, on: date) -> OrderPlaced:
    kept = order.customer_reference, order.ship_complete
    return OrderPlaced(
        order_id=order.order_id,
        company_id=order.company_id,
        customer_id=order.customer_id,
        order_date=order.order_date,
        currency=order.currency,
        customer_reference=kept[0] if body.customer_reference is None else body.customer_reference,
        jurisdiction=order.jurisdiction,
        ship_complete=kept[1] if body.ship_complete is None else body.ship_complete,
        lines=tuple(body.lines),
        revision=order.revision + 1,
        amended_on=on,
    )


@router.post("/orders/{order_id:path}/cancel")
async def cancel_order(order_id: str, body: CancelOrder, command: Controller) -> OrderCancelledView:
    """Cancels what of an order has not been released to the warehouse; the rest still ships and is invoiced."""

    async def work(uow: InvoicingWork) -> OrderCancelledView:
        order = await _order(order_id, uow)
        before = _told(order)
        changed = order.cancel(uow.business_date, f"{body.reason} (by {command.person.name})")
        if changed is None:
            raise Conflict(f"nothing of order {order_id!r} can be cancelled: it is {order.state}")
        uow.audit(command, "cancel_order", order_id, before, {**_told(order), "why": body.reason})
        uow.emit(changed, cause=command)
        await hear_early([order], uow)
        return OrderCancelledView(
            order_id=order_id, state=order.state, currency=order.currency, open_amount=order.open_amount
        )

    return await command.run(work, body)


async def _order(order_id: str, uow: InvoicingWork) -> Order:
    owners = await uow.fetch("order_owners", [order_id])
    found = await uow.orders.load((row["customer_id"], row["order_id"]) for row in owners)
    if not found:
        raise NotFound(f"there is no order {order_id!r}: GET /orders lists them, GET /rejected-orders those not taken")
    return next(iter(found.values()))


def _told(order: Order) -> dict[str, str]:
    return {"state": order.state, "open_amount": str(order.open_amount), "currency": order.currency}


@router.get("/orders/{order_id:path}")
async def show_order(order_id: str, viewer: Viewer, db: Db) -> OrderDetail:
    """One order: its lines and where their units are, its history, pick lists, shipments and invoices."""
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


@router.get("/rejected-orders")
async def list_rejected_orders(
    viewer: Viewer, db: Db, customer_id: Filter = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[RejectedOrderView]:
    """Orders that could not be taken, newest first, each with every reason."""
    after_date, after_id, after_customer = decode_cursor(cursor, 3, day, str, str)
    rows = await db.fetch("list_rejected_orders", customer_id, after_date, after_id, after_customer, limit + 1)
    return Page[RejectedOrderView].of(
        rows, limit, RejectedOrderView.of, lambda row: [row["order_date"], row["order_id"], row["customer_id"]]
    )


@router.get("/backorders")
async def list_backorders(
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


@router.get("/early-events")
async def list_early_events(
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    order_id: Filter = None,
    kind: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EarlyEventView]:
    """Cancellations, credit decisions, stock answers and shipments that came before what they answer, and wait for it.

    Kinds: cancellation, CreditHeld, CreditApproved, CreditReleased, CreditDeclined, StockAnswered, shipment.
    """
    after = decode_cursor(cursor, 4, str, str, str, str)
    rows = await db.fetch("list_early_events", *after, limit + 1, customer_id, order_id, kind)
    return Page[EarlyEventView].of(
        rows, limit, EarlyEventView.of, lambda row: [row["customer_id"], row["order_id"], row["kind"], row["subject"]]
    )


@router.get("/invoices")
async def list_invoices(
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
async def show_invoice(number: str, viewer: Viewer, db: Db, company_id: Filter = None) -> InvoiceDetail:
    """One invoice by its number, as it is printed; `company_id` where two companies use the same number."""
    rows = await db.fetch("view_invoice", number, company_id)
    if not rows:
        raise NotFound(f"there is no invoice {number!r}: GET /invoices lists them")
    if len(rows) > 1:
        companies = ", ".join(row["company_id"] for row in rows)
        raise Conflict(f"several companies have an invoice {number!r} ({companies}): say which with ?company_id=")
    return InvoiceDetail.of(rows[0])
