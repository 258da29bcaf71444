"""Orders that are placed, by the ERP or a person here."""

from __future__ import annotations

from services.invoicing.order_entry.intake import OrderIntake
from services.invoicing.work import InvoicingWork
from shared.contracts.erp import OrderPlaced


async def accept_orders(events: list[OrderPlaced], uow: InvoicingWork) -> None:
    """An order is validated, priced and taxed, or rejected with every reason; a later revision amends it."""
    intake = await OrderIntake.open(events, uow)
    for event in events:
        intake.accept(event)
