"""What clerks correct: reversal, transfer, split, on account and off it; each is undone by its opposite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.application.domain.reopened import settle_reopened
from services.cash_app.application.round_sum_lessons import end_lessons_of
from services.cash_app.corrections.domain.reversal import (
    Correction,
    NotReversible,
    PaymentHistory,
    ReversalCause,
    reverse,
    reverse_all,
)
from services.cash_app.corrections.domain.transfer import return_to_suspense, transfer
from services.cash_app.corrections.store import load_history
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.payments.domain.payment import Payment, PaymentState, WrongState
from services.cash_app.payments.domain.splitting import NotSplittable, Part, rejoin, split
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command

T = TypeVar("T")


async def reverse_application(
    application_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Reverses one application: its items are reopened, its money is unapplied until a person applies it."""
    rows = await uow.fetch("payment_of_application", application_id)
    if not rows:
        raise NotFound(f"there is no application {application_id!r}: GET /payments/{{id}} lists those of a payment")
    payment = await uow.lock_payment(rows[0]["payment_id"], expected_version, [rows[0]["customer_id"]])
    history = await load_history(payment, uow)
    wanted = [a for a in history.applications if a.application_id == application_id]
    if not wanted:
        raise Conflict(f"application {application_id} was reversed before")
    correction = await correction_of("reversed", payment, reason, command, uow)
    allowed(lambda: reverse(wanted[0], payment, history, correction))
    _settle_reopened(correction)
    await end_lessons_of(payment.payment_id, reason, command, uow)
    return _post(uow, command, Action("reverse_application", reason), [payment], correction.bookings)


async def reverse_payment(
    payment_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Reverses all that a payment settled; its money is unapplied until a person applies it."""
    payment = await uow.lock_payment(payment_id, expected_version)
    history = await load_history(payment, uow)
    if not history.applications:
        raise Conflict(f"payment {payment_id} has no application that is not reversed already")
    correction = await correction_of("reversed", payment, reason, command, uow)
    for application in history.applications:
        allowed(lambda application=application: reverse(application, payment, history, correction))  # type: ignore[misc]
    _settle_reopened(correction)
    await end_lessons_of(payment_id, reason, command, uow)
    return _post(uow, command, Action("reverse_payment", reason), [payment], correction.bookings)


async def transfer_payment(
    payment: Payment, to_customer_id: str, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Moves a locked payment to another customer: reversed here, applied there by the rules, in one step."""
    to_subledger = (await uow.subledgers([to_customer_id])).get(to_customer_id)
    if to_subledger is None:
        raise Unprocessable(f"customer {to_customer_id!r} is not known: check the customer number")
    if payment.customer_id is None:
        raise Conflict(f"payment {payment.payment_id} is in suspense: assign it to a customer first")
    history = await load_history(payment, uow)
    correction = await correction_of("transferred", payment, reason, command, uow)
    allowed(lambda: transfer(payment, history, to_customer_id, correction))
    await uow.load_items_for([payment])
    apply_payment(payment, to_subledger, correction.bookings)
    _settle_reopened(correction)
    await end_lessons_of(payment.payment_id, reason, command, uow)
    return _post(uow, command, Action("transfer_payment", reason), [payment], correction.bookings)


async def unassign_payment(
    payment_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Returns a payment of the wrong customer to suspense; all that it settled is reversed."""
    payment = await uow.lock_payment(payment_id, expected_version)
    if payment.customer_id is None:
        raise Conflict(f"payment {payment_id} is in suspense already")
    history = await load_history(payment, uow)
    correction = await correction_of("transferred", payment, reason, command, uow)
    allowed(lambda: return_to_suspense(payment, history, correction))
    _settle_reopened(correction)
    await end_lessons_of(payment_id, reason, command, uow)
    return _post(uow, command, Action("unassign_payment", reason), [payment], correction.bookings)


async def put_on_account(
    payment_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Makes unapplied money the customer's credit, which the next invoice uses; it waits for no document."""
    payment = await uow.lock_payment(payment_id, expected_version)
    if payment.state is not PaymentState.UNAPPLIED or payment.customer_id is None:
        raise Conflict(f"payment {payment_id} is {payment.state}: only unapplied money can be put on account")
    bookings = Bookings()
    await move_to_account(payment, bookings, uow)
    return _post(uow, command, Action("put_on_account", reason), [payment], bookings)


async def move_to_account(payment: Payment, bookings: Bookings, uow: CashWork) -> None:
    """Puts what is unapplied of a payment on account; it no longer waits for documents."""
    payment.stop_waiting((await uow.pending_of([payment])).get(payment.payment_id, []))
    payment.put_on_account(max(payment.held_since, uow.business_date_of(payment.company_id)), bookings)


async def take_off_account(
    payment_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Holds the customer's credit, so that no invoice uses it automatically."""
    payment = await uow.lock_payment(payment_id, expected_version)
    if payment.state is not PaymentState.ON_ACCOUNT:
        raise Conflict(f"payment {payment_id} is {payment.state}, not on account")
    bookings = Bookings()
    payment.hold(max(payment.held_since, uow.business_date_of(payment.company_id)), bookings)
    return _post(uow, command, Action("take_off_account", reason), [payment], bookings)


async def split_payment(
    payment: Payment, parts: Sequence[Part], reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Splits a locked payment for several customers: each part becomes a payment of its own, applied by the rules."""
    customers = {part.customer_id for part in parts}
    subledgers = await uow.subledgers(customers)
    if customers - subledgers.keys():
        raise Unprocessable(f"customer {min(customers - subledgers.keys())!r} is not known: check the customer number")
    if payment.customer_id is not None:
        (await uow.subledger(payment.customer_id)).credit_withdrawn(payment)
    bookings = Bookings()
    made_before = len(await uow.fetch("parts_of_payment", payment.payment_id))
    made = allowed(lambda: split(payment, parts, made_before, uow.business_date_of(payment.company_id), bookings))
    await uow.load_items_for(made)
    for part in made:
        uow.note_action(command, part.payment_id, Action("split_payment", reason), part.company_id)
        apply_payment(part, subledgers[part.customer_id or ""], bookings)
    return _post(uow, command, Action("split_payment", reason), [payment, *made], bookings)


async def rejoin_part(
    part_id: str, expected_version: int | None, reason: str, command: Command, uow: CashWork
) -> Outcome:
    """Undoes a split: all that the part settled is reversed, and its money returns to the whole payment."""
    rows = await uow.fetch("whole_of_part", part_id)
    if not rows:
        raise Conflict(f"payment {part_id} was not split off another one")
    part = await uow.lock_payment(part_id, expected_version)
    whole = await uow.lock_payment(rows[0]["payment_id"])
    history = await load_history(part, uow)
    correction = await correction_of("reversed", part, reason, command, uow)
    reverse_allowed(part, history, correction)
    _settle_reopened(correction)
    allowed(lambda: rejoin(part, whole, uow.business_date_of(whole.company_id), correction.bookings))
    return _post(uow, command, Action("rejoin_part", reason), [part, whole], correction.bookings)


async def correction_of(
    cause: ReversalCause, payment: Payment, reason: str, command: Command, uow: CashWork
) -> Correction:
    """A correction on the business date of its company, with the reason and the person who gave it."""
    book = await uow.subledger(payment.customer_id) if payment.customer_id is not None else None
    on = uow.business_date_of(payment.company_id)
    return Correction(cause, f"{reason} ({command.person.name})", on, book, Bookings())


def _settle_reopened(correction: Correction) -> None:
    """What is owed again meets the credit that stands beside it."""
    if correction.book is not None:
        settle_reopened(correction.book, correction.bookings)


def reverse_allowed(payment: Payment, history: PaymentHistory, correction: Correction) -> None:
    """Reverses all that the payment settled. Raises Conflict where something depends on it."""
    allowed(lambda: reverse_all(payment, history, correction))


def allowed(step: Callable[[], T]) -> T:
    """Takes a step of the domain; raises Unprocessable or Conflict with the domain's sentence where it is forbidden."""
    try:
        return step()
    except NotSplittable as error:
        raise Unprocessable(str(error)) from None
    except (WrongState, NotReversible) as error:
        raise Conflict(str(error)) from None


def _post(uow: CashWork, command: Command, action: Action, payments: Sequence[Payment], bookings: Bookings) -> Outcome:
    uow.post_action(bookings, command, action, payments[0])
    return Outcome(tuple(payments), bookings)
