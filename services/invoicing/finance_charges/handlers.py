"""Finance charges that collections assesses."""

from __future__ import annotations

from services.invoicing.finance_charges.domain import FinanceCharge
from services.invoicing.finance_charges.posting import post_charges
from services.invoicing.work import InvoicingWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.collections import FinanceChargeAssessed


async def post_assessed_charges(events: list[FinanceChargeAssessed], uow: InvoicingWork) -> None:
    """Interest or a late fee that was assessed for a customer is charged, once, however often it comes."""
    rows = await uow.fetch("known_finance_charges", [event.charge_id for event in events])
    known = {row["charge_id"] for row in rows}
    new: list[tuple[FinanceCharge, Cause]] = []
    for event in events:
        if event.charge_id not in known:
            known.add(event.charge_id)
            new.append((FinanceCharge.of(event), event))
    await post_charges(new, uow)
