"""Invoices as rows."""

from __future__ import annotations

import json

from services.invoicing.invoices.domain.shipments import relieve_order
from services.invoicing.invoices.store import invoice_to_row
from tests.unit.invoicing.stories import answered, approved, shipment


def test_an_invoice_row_has_its_lines_as_a_document() -> None:
    accepted = approved()
    answered(accepted, 10)
    invoice = relieve_order(accepted, shipment(accepted, 1, {1: 10}))
    assert invoice is not None
    assert [line["unit_price"] for line in json.loads(invoice_to_row(invoice)[-1])] == ["10.00"]
