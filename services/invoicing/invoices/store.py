"""Invoices and shipments as rows, and the policy `invoice_numbering`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json

from services.invoicing.invoices.domain.invoice import Invoice
from services.invoicing.invoices.domain.numbering import InvoiceNumbering
from services.invoicing.master_data.store import terms_to_json
from shared.chassis.declare.policies import PolicyKind
from shared.contracts.inv_ctrl import ShipmentConfirmed

INVOICE_NUMBERING: Final = PolicyKind(
    "invoice_numbering", InvoiceNumbering, Path(__file__).with_name("policy.json"), changed_by=("controller",)
)


def invoice_to_row(invoice: Invoice) -> tuple[Any, ...]:
    return (
        invoice.customer_id,
        invoice.invoice_id,
        invoice.invoice_number,
        invoice.series,
        invoice.sequence_number,
        invoice.company_id,
        invoice.order_id,
        invoice.ship_to_id,
        invoice.shipment_id,
        invoice.invoice_date,
        invoice.due_date,
        invoice.discount_date,
        terms_to_json(invoice.terms),
        invoice.currency,
        invoice.net,
        invoice.tax,
        invoice.total,
        invoice.discount_amount,
        invoice.disputed,
        to_json([line.model_dump(mode="json") for line in invoice.lines]).decode(),
    )


def shipment_to_row(shipment: ShipmentConfirmed, invoice: Invoice | None) -> tuple[Any, ...]:
    return (
        shipment.customer_id,
        shipment.shipment_id,
        shipment.order_id,
        shipment.shipped_on,
        invoice.invoice_id if invoice else None,
        to_json([line.model_dump() for line in shipment.lines]).decode(),
    )
