"""Shipments are invoiced; invoices of the previous system are brought forward."""

from __future__ import annotations

from services.invoicing.invoices.domain.invoice import CannotBeInvoiced, Invoice, bring_forward, check_document_date
from services.invoicing.invoices.domain.shipments import SHIPPED
from services.invoicing.invoices.posting import post_invoice
from services.invoicing.orders.processing import apply_to_orders
from services.invoicing.orders.store import ORDER_RULES
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import EventRejected
from shared.contracts.erp import InvoiceBroughtForward
from shared.contracts.inv_ctrl import ShipmentConfirmed
from shared.kernel.money import round_half_up


async def invoice_shipments(events: list[ShipmentConfirmed], uow: InvoicingWork) -> None:
    """Shipped units are invoiced, once. A shipment that comes before its order or pick list is deferred."""
    rules = await uow.policy(ORDER_RULES)
    for event in events:
        today = uow.days.latest  # a shipment does not name its company, and its order may still be on the way
        ahead = rules.on(today or event.shipped_on).document.days_ahead_max
        try:
            check_document_date(f"shipment {event.shipment_id}", event.shipped_on, today, ahead)
        except CannotBeInvoiced as error:
            raise EventRejected(str(error)) from None
    await apply_to_orders(await _not_invoiced_before(events, uow), SHIPPED, uow)


async def _not_invoiced_before(events: list[ShipmentConfirmed], uow: InvoicingWork) -> list[ShipmentConfirmed]:
    customers, shipments = [event.customer_id for event in events], [event.shipment_id for event in events]
    rows = await uow.fetch("known_shipments", customers, shipments)
    known = {(row["customer_id"], row["shipment_id"]) for row in rows}
    new = []
    for event in events:
        if (event.customer_id, event.shipment_id) not in known:
            known.add((event.customer_id, event.shipment_id))
            new.append(event)
    return new


async def post_brought_forward(events: list[InvoiceBroughtForward], uow: InvoicingWork) -> None:
    """An invoice of the previous system is posted under its own number; once, however often it comes."""
    rules = await uow.policy(ORDER_RULES)
    invoices: list[tuple[Invoice, InvoiceBroughtForward]] = []
    for event in events:
        today = uow.days.of(event.company_id)
        ahead = rules.on(today or event.invoice_date).document.days_ahead_max
        try:
            check_document_date(f"invoice {event.invoice_number}", event.invoice_date, today, ahead)
            invoices.append((bring_forward(event), event))
        except CannotBeInvoiced as error:
            raise EventRejected(str(error)) from None
    rows = await uow.fetch("known_invoices", sorted({invoice.invoice_id for invoice, _ in invoices}))
    known = {row["invoice_id"]: tuple(row) for row in rows}
    for invoice, event in invoices:
        received = _facts(invoice)
        before = known.setdefault(invoice.invoice_id, received)
        if before is received:
            post_invoice(invoice, event, uow)
        elif before != received:
            raise EventRejected(
                f"invoice {event.invoice_number} is in the books already, for customer {before[1]} of company "
                f"{before[2]} over {round_half_up(before[6], before[5])} {before[5]}, dated {before[3]}: "
                "bring the other one forward under a number of its own"
            )


def _facts(invoice: Invoice) -> tuple[object, ...]:
    """The columns of the query known_invoices: two invoices that differ in them are not the same."""
    return (
        invoice.invoice_id,
        invoice.customer_id,
        invoice.company_id,
        invoice.invoice_date,
        invoice.due_date,
        invoice.currency,
        invoice.total,
    )
