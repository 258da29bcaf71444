"""Invoices as people see them. Amounts are texts, in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from services.invoicing.master_data.store import terms_from_row
from services.invoicing.orders.schemas import InvoiceOfOrder, rounded
from shared.contracts.invoicing import InvoicedLine


class InvoiceView(InvoiceOfOrder):
    """An invoice in the books."""


class InvoiceDetail(InvoiceView):
    terms: str
    """As printed, e.g. `2/10 net 30`."""
    discount_date: date | None
    discount_amount: Decimal
    """The discount when all is paid by `discount_date`."""
    lines: list[InvoicedLine]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> InvoiceDetail:
        amounts = rounded(row, "net", "tax", "total", "discount_amount")
        return cls.model_validate({**amounts, "terms": str(terms_from_row(row)), "lines": json.loads(row["lines"])})
