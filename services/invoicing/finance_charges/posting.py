"""Posts finance charges: numbered, in the journal, and published."""

from __future__ import annotations

from collections.abc import Sequence

from services.invoicing.finance_charges.domain import FinanceCharge
from services.invoicing.finance_charges.store import finance_charge_to_row
from services.invoicing.invoices.numbering import next_numbers
from shared.chassis.transaction.unit_of_work import Cause, UnitOfWork
from shared.components.ledger import post


async def post_charges(charges: Sequence[tuple[FinanceCharge, Cause]], uow: UnitOfWork) -> list[FinanceCharge]:
    """The posted charges, with all their numbers by one query: each company has a series of its own."""
    if not charges:
        return []
    numbers = await next_numbers([f"{charge.company_id}-FC" for charge, _ in charges], uow)
    posted = []
    for (charge, cause), number in zip(charges, numbers, strict=True):
        posted.append(charge.numbered(number))
        uow.append("insert_finance_charges", finance_charge_to_row(posted[-1]))
        post(uow, [posted[-1].posting()])
        uow.emit(posted[-1].posted(), cause=cause)
    return posted
