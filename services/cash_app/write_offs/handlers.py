"""Write-offs that collections approved."""

from __future__ import annotations

from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.work import CashWork
from services.cash_app.write_offs.domain import WriteOff, write_off
from shared.chassis.errors import EventRejected
from shared.contracts.collections import WriteOffApproved


async def post_write_offs(approved: list[WriteOffApproved], uow: CashWork) -> None:
    """Writes off what collections approved, at most what is still open. Raises EventRejected for an unknown item."""
    await uow.subledgers(event.customer_id for event in approved)
    await uow.items.load((event.customer_id, event.item_id) for event in approved)
    for event in approved:
        item, bookings = uow.items.get((event.customer_id, event.item_id)), Bookings()
        if item is None:
            raise EventRejected(
                f"write-off {event.write_off_id} is of item {event.item_id!r}, which customer {event.customer_id} "
                "never owed: ask collections which item is meant"
            )
        if item.currency != event.currency:
            raise EventRejected(
                f"write-off {event.write_off_id} is in {event.currency}, but {item.document_number} in {item.currency}"
            )
        approval = WriteOff(event.write_off_id, event.amount, event.approved_by, event.reason, event.approved_on)
        write_off(item, approval, bookings)
        uow.post(bookings, cause=event)
