"""What is known of a document by its number, for identifying the payer."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple, Self

from services.cash_app.open_items.domain.open_item import OpenItem


class KnownDocument(NamedTuple):
    """The customer of a document number, what is open on it, and what closes it less its whole discount."""

    customer_id: str
    currency: str
    open_amount: Decimal
    net_amount: Decimal

    @classmethod
    def of(cls, item: OpenItem) -> Self:
        net_amount = item.open_amount - min(item.open_amount, item.discount_left)
        return cls(item.customer_id, item.currency, item.open_amount, net_amount)
