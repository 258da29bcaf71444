"""What is known of a document by its number, for identifying the payer."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class KnownDocument(NamedTuple):
    """The customer of a document number, what is open on it, and what closes it less its whole discount."""

    customer_id: str
    currency: str
    open_amount: Decimal
    net_amount: Decimal
