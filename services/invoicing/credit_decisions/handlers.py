"""Credit's decisions on orders: approved orders request stock, others wait or are cancelled."""

from __future__ import annotations

from services.invoicing.credit_decisions.domain import APPROVED, DECLINED, HELD, RELEASED
from services.invoicing.orders.processing import apply_to_orders
from services.invoicing.work import InvoicingWork
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased


async def hold_orders(events: list[CreditHeld], uow: InvoicingWork) -> None:
    """A held order waits, and its history shows why."""
    await apply_to_orders(events, HELD, uow)


async def request_stock_for_approved(events: list[CreditApproved], uow: InvoicingWork) -> None:
    """An approved order requests stock."""
    await apply_to_orders(events, APPROVED, uow)


async def request_stock_for_released(events: list[CreditReleased], uow: InvoicingWork) -> None:
    """A held order that was released requests stock; where only an amount is released, the rest is cancelled."""
    await apply_to_orders(events, RELEASED, uow)


async def cancel_declined(events: list[CreditDeclined], uow: InvoicingWork) -> None:
    """A declined order is cancelled."""
    await apply_to_orders(events, DECLINED, uow)
