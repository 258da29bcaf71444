"""From what left the warehouse to invoices in the books: numbered, posted to the journal, told to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from services.invoicing.domain.invoices import Invoice, ship
from services.invoicing.domain.numbering import hand_out, wanted
from services.invoicing.domain.orders import Order
from services.invoicing.records import invoice_to_row, shipment_to_row
from services.invoicing.store import INVOICE_NUMBERING, InvoicingWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.components.ledger import post
from shared.contracts.inv_ctrl import ShipmentConfirmed


@dataclass(frozen=True, slots=True)
class Shipped:
    """A shipment with its order, and the event on whose account it is invoiced now."""

    order: Order
    shipment: ShipmentConfirmed
    cause: Cause


TakenOff: TypeAlias = tuple[Invoice | None, Cause]
"""The invoice of a shipment, None where there was nothing to charge, and the event on whose account it is posted."""


def take_off(one: Shipped, uow: InvoicingWork) -> TakenOff:
    """The shipment goes off its order, which says at once what is still open; the invoice has no number yet.

    Raises AgainstTheOrder or CannotBeInvoiced where that is not possible.
    """
    invoice = ship(one.order, one.shipment)
    uow.append("insert_shipments", shipment_to_row(one.shipment, invoice))
    taken_over = (invoice.invoice_id, invoice.total) if invoice is not None else ()
    changed = one.order.open_order_changed(one.shipment.shipped_on, *taken_over)
    uow.emit(changed, cause=one.cause, about=str(changed.order_version))
    return invoice, one.cause


async def number_and_post(taken_off: Sequence[TakenOff], uow: InvoicingWork) -> None:
    """Numbers for all invoices of a batch with one query, however many series there are.

    An invoice that was told of before a restore keeps its number.
    """
    invoices = [(invoice, cause) for invoice, cause in taken_off if invoice is not None]
    if not invoices:
        return
    customers, ids = [i.customer_id for i, _ in invoices], [i.invoice_id for i, _ in invoices]
    said = {
        (row["customer_id"], row["invoice_id"]): row["invoice_number"]
        for row in await uow.fetch("numbers_said", customers, ids)
    }
    unnumbered = [invoice for invoice, _ in invoices if (invoice.customer_id, invoice.invoice_id) not in said]
    if unnumbered:
        numbers = await _next_numbers(unnumbered, uow)
        said |= {(i.customer_id, i.invoice_id): number for i, number in zip(unnumbered, numbers, strict=True)}
    for invoice, cause in invoices:
        post_invoice(invoice.numbered(said[invoice.customer_id, invoice.invoice_id]), cause, uow)


async def _next_numbers(invoices: Sequence[Invoice], uow: InvoicingWork) -> list[str]:
    numbering = await uow.policy(INVOICE_NUMBERING)
    series = [numbering.on(i.invoice_date).document.series_of(i.company_id, i.customer_id) for i in invoices]
    counts = wanted(series)
    rows = await uow.fetch("take_numbers", [name for name, _ in counts], [count for _, count in counts])
    return hand_out(series, {row["series"]: row["last_number"] for row in rows})


def post_invoice(invoice: Invoice, cause: Cause, uow: InvoicingWork) -> None:
    """The invoice, its journal entry, and the word to the others."""
    uow.append("insert_invoices", invoice_to_row(invoice))
    post(uow, invoice.postings())
    uow.emit(invoice.posted(), cause=cause)
