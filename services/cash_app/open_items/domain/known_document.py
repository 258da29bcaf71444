"""What is known of a document by its number, for identifying the payer."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, NamedTuple, Self

from services.cash_app.open_items.domain.open_item import OpenItem

ReferenceKind = Literal["document", "number", "order", "purchase_order", "credit_memo"]
"""What a payer's number stands for: a document by its exact number, or by what is equal to a reference of it."""


class KnownDocument(NamedTuple):
    """The customer of a document number, what is open on it, and what closes it less its whole discount.

    What is left of a credit memo is open as a negative amount.
    """

    customer_id: str
    currency: str
    open_amount: Decimal
    net_amount: Decimal
    item_id: str = ""
    document_number: str = ""
    kind: ReferenceKind = "document"

    @classmethod
    def of(cls, item: OpenItem) -> Self:
        net_amount = item.open_amount - min(item.open_amount, item.discount_left)
        return cls(item.customer_id, item.currency, item.open_amount, net_amount, item.item_id, item.document_number)
