"""An order with its prices and taxes: the result of a validation that found no errors."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from services.invoicing.master_data.domain import Item
from services.invoicing.pricing.domain import Charge
from shared.contracts.erp import OrderedLine
from shared.kernel.payment_terms import PaymentTerms


class PricedItem(NamedTuple):
    """A valid line with its unit price, its tax rate in per cent, and the charge for the whole line."""

    line: OrderedLine
    item: Item
    unit_price: Decimal
    tax_percent: Decimal
    charge: Charge


class PricedOrder(NamedTuple):
    """The ship-to jurisdiction, the customer's payment terms, and every line with its price and tax."""

    jurisdiction: str
    terms: PaymentTerms
    lines: tuple[PricedItem, ...]
