"""What clerks decide about remittance advice that needs review: they follow it, or set it aside."""

from __future__ import annotations

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.corrections.commands import correction_of, reverse_allowed
from services.cash_app.corrections.store import load_history
from services.cash_app.duplicates.handlers import settle_held_duplicate
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.payments.store import remittance_from_json
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict
from shared.chassis.transaction.command import Command


async def decide_advice(advice_id: str, as_advised: bool, reason: str, command: Command, uow: CashWork) -> Outcome:
    """Reverses what the money settled and applies it as advised, in one step; or leaves it as it is."""
    rows = await uow.fetch("advice_to_review", advice_id)
    if not rows:
        raise Conflict(f"remittance advice {advice_id} needs no review: see GET /work-queues/advices")
    payment = await uow.lock_payment(rows[0]["payment_id"])
    if payment.customer_id is None:
        raise Conflict(f"payment {payment.payment_id} is in suspense: assign it to a customer first")
    bookings = Bookings()
    if as_advised:
        history = await load_history(payment, uow)
        correction = await correction_of("reversed", payment, reason, command, uow)
        bookings, book = correction.bookings, await uow.subledger(payment.customer_id)
        reverse_allowed(payment, history, correction)
        book.credit_withdrawn(payment)
        payment.hold(max(payment.held_since, uow.business_date_of(payment.company_id)), bookings)
        payment.remittance = remittance_from_json(rows[0]["lines"])
        await uow.load_items_for([payment])
        settle_held_duplicate(payment, "released", uow)
        apply_payment(payment, book, bookings)
    decided = "applied as advised" if as_advised else "set aside"
    note = f"{rows[0]['note']}; {decided}: {reason} ({command.person.name})"
    await uow.write("note_advices", [(advice_id, note[:1000], False)])
    uow.post_action(bookings, command, Action("decide_advice", reason), payment)
    return Outcome((payment,), bookings)
