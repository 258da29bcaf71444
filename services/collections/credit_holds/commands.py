"""What credit people do about holds: lift one."""

from __future__ import annotations

from services.collections.credit_holds.domain import CreditHold, HoldAlreadyLifted
from services.collections.work import CollectionsWork
from shared.chassis.errors import Conflict, NotFound
from shared.chassis.transaction.command import Command


async def find_hold(hold_id: str, uow: CollectionsWork) -> CreditHold:
    """A credit hold by its id, locked. Raises NotFound."""
    found = await uow.holds.fetch("load_hold_by_id", hold_id)
    if not found:
        raise NotFound(f"there is no hold {hold_id!r}: see GET /holds")
    return found[0]


async def lift_hold(hold: CreditHold, reason: str, command: Command, uow: CollectionsWork) -> None:
    """Lifts a hold before its promise is paid; the promise stays broken. Raises Conflict where it is lifted already."""
    customer = await uow.fetchrow("view_customer", hold.customer_id)
    today = uow.business_date_of(customer["company_id"] if customer else "")
    try:
        lifted = hold.lift(today, command.person.name, reason)
    except HoldAlreadyLifted as error:
        raise Conflict(str(error)) from None
    uow.emit(lifted, cause=command)
