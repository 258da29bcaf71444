"""From what left the warehouse to invoices in the books: numbered, posted to the journal, told to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.invoicing.domain.invoices import CannotBeInvoiced, Invoice, ship
from services.invoicing.domain.numbering import hand_out, wanted
from services.invoicing.domain.orders import AgainstTheOrder, Order
from services.invoicing.records import invoice_to_row, shipment_to_row
from services.invoicing.store import INVOICE_NUMBERING, InvoicingWork
from shared.chassis.unit_of_work import Cause
from shared.contracts.inv_ctrl import ShipmentConfirmed
from shared.ledger import post


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipment with its order, and the event on whose account it is invoiced now."""

    order: Order
    shipment: ShipmentConfirmed
    cause: Cause


async def invoice_shipments(shipped: Sequence[Shipped], uow: InvoicingWork) -> None:
    """Invoices what was shipped. Raises AgainstTheOrder or CannotBeInvoiced where that is not possible."""
    await _number_and_post([_take_off(one, uow) for one in shipped], uow)


def _take_off(one: Shipped, uow: InvoicingWork) -> tuple[Invoice | None, Cause]:
    """The shipment goes off its order, which says at once what is still open; the invoice has no number yet."""
    invoice = ship(one.order, one.shipment)
    uow.append("insert_shipments", shipment_to_row(one.shipment, invoice))
    taken_over = (invoice.invoice_id, invoice.total) if invoice is not None else ()
    changed = one.order.open_order_changed(one.shipment.shipped_on, *taken_over)
    uow.emit(changed, cause=one.cause, about=str(changed.order_version))
    return invoice, one.cause


async def _number_and_post(taken_off: Sequence[tuple[Invoice | None, Cause]], uow: InvoicingWork) -> None:
    """Numbers for all invoices of a batch with one query, however many series there are."""
    invoices = [(invoice, cause) for invoice, cause in taken_off if invoice is not None]
    if not invoices:
        return
    numbering = await uow.policy(INVOICE_NUMBERING)
    series = [numbering.on(i.invoice_date).document.series_of(i.company_id, i.customer_id) for i, _ in invoices]
    counts = wanted(series)
    rows = await uow.fetch("take_numbers", [name for name, _ in counts], [count for _, count in counts])
    numbers = hand_out(series, {row["series"]: row["last_number"] for row in rows})
    for (invoice, cause), number in zip(invoices, numbers, strict=True):
        post_invoice(invoice.numbered(number), cause, uow)


def post_invoice(invoice: Invoice, cause: Cause, uow: InvoicingWork) -> None:
    """The invoice, its journal entry, and the word to the others."""
    uow.append("insert_invoices", invoice_to_row(invoice))
    post(uow, invoice.postings())
    uow.emit(invoice.posted(), cause=cause)


async def invoice_early_shipments(released: Sequence[tuple[Order, Cause]], uow: InvoicingWork) -> None:
    """Shipments that came before their order are invoiced once the order's pick lists cover them."""
    if not released:
        return
    customers, orders = [order.customer_id for order, _ in released], [order.order_id for order, _ in released]
    causes = {(order.customer_id, order.order_id): cause for order, cause in released}
    taken_off, done = [], []
    for row in await uow.fetch("early_shipments", customers, orders):
        key = (row["customer_id"], row["order_id"])
        shipment = ShipmentConfirmed.model_validate_json(row["body"])
        try:
            taken_off.append(_take_off(Shipped(uow.orders[key], shipment, causes[key]), uow))
        except (AgainstTheOrder, CannotBeInvoiced):
            continue  # goes on waiting, and is shown among the early events
        done.append(shipment)
    await _number_and_post(taken_off, uow)
    if done:
        await uow.execute("delete_early_shipments", [s.customer_id for s in done], [s.shipment_id for s in done])
