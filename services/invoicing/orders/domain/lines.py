"""The lines of an order, the status of their units, and the stock requests that are not answered yet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from services.invoicing.pricing.domain import Charge, charge
from shared.contracts.invoicing import RequestedLine

ZERO = Decimal(0)


@dataclass(slots=True)
class OrderLine:
    """A line with its quantity by status; the units in no status have not been requested from stock yet."""

    line_no: int
    item_id: str
    quantity: int
    description: str = ""
    unit_price: Decimal = ZERO
    tax_percent: Decimal = ZERO
    requested: int = 0
    """Requested from inventory control and not answered yet."""
    backordered: int = 0
    picking: int = 0
    shipped: int = 0
    cancelled: int = 0

    @property
    def unrequested(self) -> int:
        return self.open - self.requested - self.backordered - self.picking

    @property
    def open(self) -> int:
        """Units neither shipped nor cancelled; shipped units are invoiced at once."""
        return self.quantity - self.shipped - self.cancelled

    def charge(self, quantity: int, currency: str) -> Charge:
        """The charge for the next `quantity` units, after those that are shipped already."""
        return charge(self.unit_price, self.tax_percent, self.shipped, quantity, currency)

    def whole(self, currency: str) -> Charge:
        """The charge for the whole line, as ordered."""
        return charge(self.unit_price, self.tax_percent, 0, self.quantity, currency)

    def requested_line(self, quantity: int) -> RequestedLine:
        return RequestedLine(line_no=self.line_no, item_id=self.item_id, quantity=quantity)


@dataclass(slots=True)
class StockRequestState:
    """A request to inventory control that has not been answered yet."""

    quantities: dict[int, int]
    """Units requested, by line number."""
    replenishments: dict[str, int]
    """How many replenishments of each item were known when the request was made."""
    withdrawn: bool = False
    """The order no longer needs the units; an allocation is released again."""


@dataclass(frozen=True, slots=True)
class BackorderedLine:
    """A line that waits for stock, as the list of backorders shows it."""

    item_id: str
    quantity: int
