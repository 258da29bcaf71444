"""A cancellation by the customer or the ERP."""

from __future__ import annotations

from typing import Final

from services.invoicing.orders.domain.events import OrderEventRule, Outcome, ReplenishmentCounts
from services.invoicing.orders.domain.order import Order
from shared.contracts.erp import OrderCancelled


def apply_cancellation(order: Order, event: OrderCancelled, counts: ReplenishmentCounts) -> Outcome[object]:
    """Cancels the units that are not on a pick list."""
    return Outcome.of(order.cancel(event.cancelled_on, event.reason))


CANCELLED: Final = OrderEventRule(OrderCancelled, "cancellation", apply_cancellation)
