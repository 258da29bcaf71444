"""An order's lines, where their units are, and what inventory control was asked of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.invoicing.domain.pricing import Charge, charge
from shared.contracts.invoicing import RequestedLine

NOTHING = Decimal(0)


@dataclass(slots=True)
class OrderLine:
    """A line and where its units are; those in none of the places have not been asked of the warehouse yet."""

    line_no: int
    item_id: str
    quantity: int
    description: str = ""
    unit_price: Decimal = NOTHING
    tax_percent: Decimal = NOTHING
    requested: int = 0
    """Asked of inventory control and not answered yet."""
    backordered: int = 0
    picking: int = 0
    shipped: int = 0
    cancelled: int = 0

    @property
    def unasked(self) -> int:
        return self.open - self.requested - self.backordered - self.picking

    @property
    def open(self) -> int:
        """Units neither shipped nor cancelled; what is shipped is invoiced at once."""
        return self.quantity - self.shipped - self.cancelled

    def charge(self, quantity: int, currency: str) -> Charge:
        """What the next `quantity` units are charged, after those shipped already."""
        return charge(self.unit_price, self.tax_percent, self.shipped, quantity, currency)

    def whole(self, currency: str) -> Charge:
        """What the line is charged as a whole, as ordered."""
        return charge(self.unit_price, self.tax_percent, 0, self.quantity, currency)

    def wanted(self, quantity: int) -> RequestedLine:
        return RequestedLine(line_no=self.line_no, item_id=self.item_id, quantity=quantity)


@dataclass(slots=True)
class StockQuestion:
    """A request to inventory control that has not been answered yet."""

    quantities: dict[int, int]
    """Units asked for, by line number."""
    heard: dict[str, int]
    """How many replenishments of each item had been heard of when it was asked."""
    withdrawn: bool = False
    """The order was cancelled meanwhile; whatever is allocated is given back."""
