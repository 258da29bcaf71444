"""Documents that a remittance names before they are known here: their money waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(slots=True)
class PendingDocument:
    """A remittance line whose document is not known yet. Amounts in the payment's currency."""

    customer_id: str
    payment_id: str
    line_no: int
    document_key: str
    document_number: str
    currency: str
    amount: Decimal
    discount: Decimal
    waiting: bool = True
    order_closed_on: date | None = None
    """The document is an order of which nothing more will be invoiced since that day; None: not known."""
