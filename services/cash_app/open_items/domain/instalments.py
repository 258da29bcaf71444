"""Instalments: an invoice that is due in parts is an open item for each part, all with the invoice's number."""

from __future__ import annotations

from dataclasses import replace

from services.cash_app.open_items.domain.open_item import OpenItem
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.money import round_half_up


def items_of_instalments(invoice: InvoicePosted, whole: OpenItem) -> list[OpenItem]:
    """The items of the invoice's instalments, in the order of their due dates; `whole` itself where it has none."""
    if not invoice.instalments:
        return [whole]
    items = []
    for part in invoice.instalments:
        amount = round_half_up(part.amount, invoice.currency)
        items.append(
            replace(whole, item_id=part.item_id, due_date=part.due_date, original_amount=amount, open_amount=amount)
        )
    return items
