"""Cancellations of orders."""

from __future__ import annotations

from services.invoicing.orders.domain.cancellation import CANCELLED
from services.invoicing.orders.processing import apply_to_orders
from services.invoicing.work import InvoicingWork
from shared.contracts.erp import OrderCancelled


async def cancel_orders(events: list[OrderCancelled], uow: InvoicingWork) -> None:
    """Units that are not on a pick list are cancelled. An order that has not arrived yet is cancelled when it does."""
    await apply_to_orders(events, CANCELLED, uow)
