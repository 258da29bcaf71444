"""What clerks decide about possible duplicates."""

from __future__ import annotations

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.duplicates.handlers import settle_held_duplicate
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.payments.domain.payment import Payment, WrongState
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict
from shared.chassis.transaction.command import Command


async def release_duplicate(
    payment_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """The payment is no duplicate: it is applied by the rules like any other, or waits in suspense for its customer."""
    payment, _ = await _held(payment_id, expected_version, uow)
    bookings = Bookings()
    if payment.customer_id is not None:
        await uow.load_items_for([payment])
        apply_payment(payment, await uow.subledger(payment.customer_id), bookings)
    settle_held_duplicate(payment, "released", uow)
    uow.post_action(bookings, command, Action("release_duplicate", reason), payment)
    return Outcome((payment,), bookings)


async def declare_repeat(
    payment_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """The payment is the money of an earlier one, reported again: its receipt is undone, out of cash.

    Raises Conflict for a payment that is not held, or of which some is used.
    """
    payment, first_payment_id = await _held(payment_id, expected_version, uow)
    bookings = Bookings()
    try:
        payment.undo_receipt(uow.business_date_of(payment.company_id), bookings)
    except WrongState as error:
        raise Conflict(str(error)) from None
    payment.remark([f"a repeat of payment {first_payment_id}, as declared by {command.person.name}: {reason}"])
    settle_held_duplicate(payment, "repeat", uow)
    await uow.execute("move_references", payment_id, first_payment_id)
    uow.append("insert_duplicates", (
        command.id, payment.bank_reference, payment_id, first_payment_id, payment.company_id, payment.customer_id,
        payment.currency, payment.amount, payment.value_date,
    ))  # fmt: skip
    uow.post_action(bookings, command, Action("declare_repeat", reason, {"repeats": first_payment_id}), payment)
    return Outcome((payment,), bookings)


async def _held(payment_id: str, expected_version: int | None, uow: CashWork) -> tuple[Payment, str]:
    """A payment that is held, locked, and the one that it may repeat. Raises Conflict for one that is not held."""
    payment = await uow.lock_payment(payment_id, expected_version)
    held = await uow.fetch("held_duplicate_by_id", payment_id)
    if not held or held[0]["state"] != "held":
        raise Conflict(f"payment {payment_id} is not held as a possible duplicate, or no longer")
    return payment, held[0]["first_payment_id"]
