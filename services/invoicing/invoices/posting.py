"""Posts invoices: numbered, in the journal, and published."""

from __future__ import annotations

from collections.abc import Sequence

from services.invoicing.invoices.domain.invoice import Invoice
from services.invoicing.invoices.domain.numbering import DocumentNumber
from services.invoicing.invoices.domain.shipments import PendingInvoice
from services.invoicing.invoices.numbering import next_numbers
from services.invoicing.invoices.store import INVOICE_NUMBERING, invoice_to_row
from shared.chassis.transaction.unit_of_work import Cause, UnitOfWork
from shared.components.ledger import post


async def number_and_post(pending: Sequence[tuple[PendingInvoice, Cause]], uow: UnitOfWork) -> None:
    """Posts the invoices of shipments, with one query for all their numbers, however many series there are.

    An invoice that was published before the database was restored from a backup keeps the number it had.
    """
    invoices = [(one.invoice, cause) for one, cause in pending if one.invoice is not None]
    if not invoices:
        return
    customers, ids = [i.customer_id for i, _ in invoices], [i.invoice_id for i, _ in invoices]
    numbers = {
        (row["customer_id"], row["invoice_id"]): DocumentNumber(row["series"], row["sequence_number"])
        for row in await uow.fetch("reserved_numbers", customers, ids)
    }
    unnumbered = [invoice for invoice, _ in invoices if (invoice.customer_id, invoice.invoice_id) not in numbers]
    if unnumbered:
        next_ones = await _next_invoice_numbers(unnumbered, uow)
        numbers |= {(i.customer_id, i.invoice_id): number for i, number in zip(unnumbered, next_ones, strict=True)}
    for invoice, cause in invoices:
        post_invoice(invoice.numbered(numbers[invoice.customer_id, invoice.invoice_id]), cause, uow)


async def _next_invoice_numbers(invoices: Sequence[Invoice], uow: UnitOfWork) -> list[DocumentNumber]:
    numbering = await uow.policy(INVOICE_NUMBERING)
    return await next_numbers(
        [numbering.on(i.invoice_date).document.series_of(i.company_id, i.customer_id) for i in invoices], uow
    )


def post_invoice(invoice: Invoice, cause: Cause, uow: UnitOfWork) -> None:
    """Saves the numbered invoice and its journal entry, and publishes it."""
    uow.append("insert_invoices", invoice_to_row(invoice))
    post(uow, invoice.postings())
    uow.emit(invoice.posted(), cause=cause)
