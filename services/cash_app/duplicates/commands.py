"""What clerks decide about possible duplicates."""

from __future__ import annotations

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.duplicates.handlers import settle_held_duplicate
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict
from shared.chassis.transaction.command import Command


async def release_duplicate(
    payment_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """The payment is no duplicate: it is applied by the rules like any other."""
    payment = await uow.lock_payment(payment_id, expected_version)
    held = await uow.fetch("held_duplicate_by_id", payment_id)
    if not held or held[0]["state"] != "held" or payment.customer_id is None:
        raise Conflict(f"payment {payment_id} is not held as a possible duplicate, or no longer")
    bookings = Bookings()
    await uow.load_items_for([payment])
    apply_payment(payment, await uow.subledger(payment.customer_id), bookings)
    settle_held_duplicate(payment, "released", uow)
    uow.post_action(bookings, command, Action("release_duplicate", reason), payment)
    return Outcome((payment,), bookings)
