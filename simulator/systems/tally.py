"""The simulator's own counts, beside which the services' figures are held."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from shared.contracts.erp import PaymentReceived
from shared.contracts.invoicing import InvoicePosted


@dataclass(slots=True)
class Tally:
    """Counts, and amounts by currency, of one run."""

    orders: int = 0
    rejected: int = 0
    cancelled: int = 0
    invoices: int = 0
    brought_forward: int = 0
    payments: int = 0
    sales: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    cash: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def invoiced(self, invoice: InvoicePosted) -> None:
        if invoice.origin == "brought_forward":
            self.brought_forward += 1
            return
        self.invoices += 1
        self.sales[invoice.currency] += invoice.total

    def paid(self, payment: PaymentReceived) -> None:
        self.payments += 1
        self.cash[payment.currency] += payment.amount
