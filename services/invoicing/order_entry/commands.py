"""What a person asks for at order entry: an order is captured, amended or cancelled."""

from __future__ import annotations

from datetime import date

from services.invoicing.deferred_events.handlers import apply_deferred_to_changed_orders
from services.invoicing.master_data.domain import Customer
from services.invoicing.order_entry.domain.amendments import too_late_to_amend
from services.invoicing.order_entry.schemas import AmendOrder, CaptureOrder
from services.invoicing.orders.domain.events import Outcome
from services.invoicing.orders.domain.order import Order
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.contracts.erp import OrderPlaced


async def capture_order(body: CaptureOrder, command: Command, uow: InvoicingWork) -> OrderPlaced:
    """Publishes the order. Raises Conflict for a number in use, Unprocessable for an unknown customer."""
    order_id = body.order_id or f"WEB-{command.id}"
    if await uow.fetch("order_owners", [order_id]):
        raise Conflict(f"there is an order {order_id!r} already: use another number, or none")
    customer = await _customer(body.customer_id, uow)
    ship_to_id = body.ship_to_id
    if customer.bill_to_id is not None:
        ship_to_id = ship_to_id or customer.customer_id
        customer = await _customer(customer.bill_to_id, uow)
    company_id = body.company_id or customer.company_id
    order_date = body.order_date or uow.days.of(company_id)
    if order_date is None:
        raise Unprocessable("no business day has begun yet: give the order_date")
    placed = OrderPlaced(
        order_id=order_id,
        company_id=company_id,
        customer_id=customer.customer_id,
        order_date=order_date,
        currency=body.currency or customer.currency,
        customer_reference=body.customer_reference,
        ship_to_id=ship_to_id,
        jurisdiction=body.jurisdiction,
        ship_complete=body.ship_complete,
        lines=tuple(body.lines),
    )
    uow.audit(command, "capture_order", placed.order_id, None, placed.model_dump(mode="json"))
    uow.emit(placed, cause=command)
    return placed


async def amend_order(order_id: str, body: AmendOrder, command: Command, uow: InvoicingWork) -> OrderPlaced:
    """Publishes the next revision of the order. Raises NotFound, or Conflict where a part of it is picked."""
    order = await _order(order_id, uow)
    late = too_late_to_amend(order)
    if late is not None:
        raise Conflict(late.text)
    placed = _revision(order, body, uow.business_date_of(order.company_id))
    after = {**placed.model_dump(mode="json"), "why": body.reason}
    uow.audit(command, "amend_order", order_id, {**_audited(order), "revision": order.revision}, after)
    uow.emit(placed, cause=command)
    return placed


async def cancel_order(order_id: str, reason: str, command: Command, uow: InvoicingWork) -> Order:
    """Cancels the units that are not on a pick list. Raises NotFound, or Conflict where there are none."""
    order = await _order(order_id, uow)
    before = _audited(order)
    changed = order.cancel(uow.business_date_of(order.company_id), f"{reason} (by {command.person.name})")
    if changed is None:
        raise Conflict(f"no unit of order {order_id!r} can be cancelled: it is {order.state}")
    uow.audit(command, "cancel_order", order_id, before, {**_audited(order), "why": reason})
    uow.record(order, Outcome.of(changed), cause=command)
    await apply_deferred_to_changed_orders(uow)
    return order


def _revision(order: Order, body: AmendOrder, on: date) -> OrderPlaced:
    kept = order.customer_reference, order.ship_complete
    return OrderPlaced(
        order_id=order.order_id,
        company_id=order.company_id,
        customer_id=order.customer_id,
        order_date=order.order_date,
        currency=order.currency,
        customer_reference=kept[0] if body.customer_reference is None else body.customer_reference,
        ship_to_id=order.ship_to_id,
        jurisdiction=order.jurisdiction,
        ship_complete=kept[1] if body.ship_complete is None else body.ship_complete,
        lines=tuple(body.lines),
        revision=order.revision + 1,
        amended_on=on,
    )


async def _customer(customer_id: str, uow: InvoicingWork) -> Customer:
    found = await uow.customers.fetch("read_customers", [customer_id])
    if not found:
        raise Unprocessable(f"customer {customer_id!r} is not known: the ERP must send the customer first")
    return found[0]


async def _order(order_id: str, uow: InvoicingWork) -> Order:
    owners = await uow.fetch("order_owners", [order_id])
    found = await uow.orders.load((row["customer_id"], row["order_id"]) for row in owners)
    if not found:
        raise NotFound(
            f"there is no order {order_id!r}: GET /orders lists orders, GET /rejected-orders those that were rejected"
        )
    return next(iter(found.values()))


def _audited(order: Order) -> dict[str, str]:
    return {"state": order.state, "open_amount": str(order.open_amount), "currency": order.currency}
