"""What clerks put right over HTTP: reversal, transfer, split, on account and off it; each undone by its opposite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from fastapi import APIRouter

from services.cash_app.access import Clerk
from services.cash_app.domain.application import apply_payment
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.payments import Payment, PaymentState, WrongState
from services.cash_app.domain.reversal import BookedApplication, NotReversible, Why, reverse
from services.cash_app.domain.splitting import NotSplittable, Part, rejoin, split
from services.cash_app.domain.transfer import stop_waiting, take_from, transfer
from services.cash_app.recording import record
from services.cash_app.store import CashWork
from services.cash_app.undoing import awaited_of, items_of, keep_step, live_applications, lock_payment, standing
from services.cash_app.views import SettledView
from services.cash_app.views_desk import Changed, Corrected, PaymentStanding, ReopenedView, Split, Transfer
from shared.chassis.http import Command, Conflict, NotFound, Unprocessable
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied

router = APIRouter()
T = TypeVar("T")


@router.post("/applications/{application_id:path}/reverse")
async def reverse_application(application_id: str, body: Changed, command: Clerk) -> Corrected:
    """Undoes one application: its items are owed again, its money is unapplied until a person applies it."""

    async def work(uow: CashWork) -> Corrected:
        rows = await uow.fetch("payment_of_application", application_id)
        if not rows:
            raise NotFound(f"there is no application {application_id!r}: GET /payments/… lists a payment's")
        payment = await lock_payment(rows[0]["payment_id"], body.expected_version, uow, [rows[0]["customer_id"]])
        before, applications = standing(payment), (await live_applications([payment.payment_id], uow))
        wanted = [a for a in applications.get(payment.payment_id, []) if a.application_id == application_id]
        if not wanted:
            raise Conflict(f"application {application_id} was undone before")
        bookings = Bookings()
        await undo(wanted, payment, _why(body, command, uow), uow, bookings)
        return done(uow, command, "reverse_application", body.reason, [payment], bookings, before)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/reverse")
async def reverse_payment(payment_id: str, body: Changed, command: Clerk) -> Corrected:
    """Undoes all that a payment settled; its money is unapplied until a person applies it."""

    async def work(uow: CashWork) -> Corrected:
        payment = await lock_payment(payment_id, body.expected_version, uow)
        before, applications = standing(payment), await live_applications([payment_id], uow)
        if payment_id not in applications:
            raise Conflict(f"payment {payment_id} has settled nothing that is not undone already")
        bookings = Bookings()
        await undo(applications[payment_id], payment, _why(body, command, uow), uow, bookings)
        return done(uow, command, "reverse_payment", body.reason, [payment], bookings, before)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/transfer")
async def transfer_payment(payment_id: str, body: Transfer, command: Clerk) -> Corrected:
    """The money is another customer's: undone here, applied there by the rules, in one step."""

    async def work(uow: CashWork) -> Corrected:
        payment = await lock_payment(payment_id, body.expected_version, uow, [body.to_customer_id])
        books = await uow.books([body.to_customer_id, *([payment.customer_id] if payment.customer_id else [])])
        if body.to_customer_id not in books:
            raise Unprocessable(f"customer {body.to_customer_id!r} is not known: check the customer number")
        if payment.customer_id is None:
            raise Conflict(f"payment {payment_id} is in suspense: assign it to a customer first")
        before, bookings = standing(payment), Bookings()
        applications = (await live_applications([payment_id], uow)).get(payment_id, [])
        awaited = (await awaited_of([payment], uow)).get(payment_id, [])
        why = Why("transferred", _told(body, command), uow.business_date)
        items, book = items_of(applications, uow), books[payment.customer_id]
        allowed(lambda: transfer(payment, applications, items, awaited, body.to_customer_id, why, book, bookings))
        await uow.load_items_for([payment])
        for document in apply_payment(payment, books[body.to_customer_id], bookings):
            uow.awaited.put(document)
        return done(uow, command, "transfer_payment", body.reason, [payment], bookings, before)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/unassign")
async def unassign_payment(payment_id: str, body: Changed, command: Clerk) -> Corrected:
    """Nobody knows whose money it is after all: all is undone, and it is in suspense again."""

    async def work(uow: CashWork) -> Corrected:
        payment = await lock_payment(payment_id, body.expected_version, uow)
        if payment.customer_id is None:
            raise Conflict(f"payment {payment_id} is in suspense already")
        book = (await uow.books([payment.customer_id]))[payment.customer_id]
        before, bookings = standing(payment), Bookings()
        applications = (await live_applications([payment_id], uow)).get(payment_id, [])
        awaited = (await awaited_of([payment], uow)).get(payment_id, [])
        why = Why("transferred", _told(body, command), uow.business_date)
        allowed(lambda: take_from(payment, applications, items_of(applications, uow), awaited, why, book, bookings))
        return done(uow, command, "unassign_payment", body.reason, [payment], bookings, before)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/put-on-account")
async def put_on_account(payment_id: str, body: Changed, command: Clerk) -> Corrected:
    """What is unapplied waits for nothing any more: it is the customer's credit, used by the next invoice."""

    async def work(uow: CashWork) -> Corrected:
        payment = await lock_payment(payment_id, body.expected_version, uow)
        if payment.state is not PaymentState.UNAPPLIED or payment.customer_id is None:
            raise Conflict(f"payment {payment_id} is {payment.state}: only unapplied money can be put on account")
        before, bookings = standing(payment), Bookings()
        stop_waiting(payment, (await awaited_of([payment], uow)).get(payment_id, []))
        payment.rest_on_account(max(payment.held_since, uow.business_date), bookings)
        return done(uow, command, "put_on_account", body.reason, [payment], bookings, before)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/take-off-account")
async def take_off_account(payment_id: str, body: Changed, command: Clerk) -> Corrected:
    """Holds the customer's credit, so that no invoice uses it by itself."""

    async def work(uow: CashWork) -> Corrected:
        payment = await lock_payment(payment_id, body.expected_version, uow)
        if payment.state is not PaymentState.ON_ACCOUNT:
            raise Conflict(f"payment {payment_id} is {payment.state}, not on account")
        before, bookings = standing(payment), Bookings()
        payment.hold(max(payment.held_since, uow.business_date), bookings)
        return done(uow, command, "take_off_account", body.reason, [payment], bookings, before)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/split")
async def split_payment(payment_id: str, body: Split, command: Clerk) -> Corrected:
    """One payment is several customers': each part becomes a payment of its own and is applied by the rules."""

    async def work(uow: CashWork) -> Corrected:
        customers = {part.customer_id for part in body.parts}
        payment = await lock_payment(payment_id, body.expected_version, uow, customers)
        books = await uow.books(customers)
        if customers - books.keys():
            raise Unprocessable(f"customer {min(customers - books.keys())!r} is not known: check the customer number")
        if payment.customer_id is not None:
            (await uow.books([payment.customer_id]))[payment.customer_id].credit_withdrawn(payment)
        before, bookings = standing(payment), Bookings()
        made_before = len(await uow.fetch("parts_of_payment", payment_id))
        asked = [Part(part.customer_id, part.amount) for part in body.parts]
        parts = allowed(lambda: split(payment, asked, made_before, uow.business_date, bookings))
        for part in parts:
            uow.append("insert_parts", (uow.payments.put(part).payment_id, payment_id, part.held_since))
            keep_step(uow, command, part.payment_id, "split_payment", body.reason)
        await uow.load_items_for(parts)
        for part in parts:
            for document in apply_payment(part, books[part.customer_id or ""], bookings):
                uow.awaited.put(document)
        return done(uow, command, "split_payment", body.reason, [payment, *parts], bookings, before)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/rejoin")
async def rejoin_part(payment_id: str, body: Changed, command: Clerk) -> Corrected:
    """Undoes a split: all that the part settled is undone, and its money is the whole payment's again."""

    async def work(uow: CashWork) -> Corrected:
        rows = await uow.fetch("whole_of_part", payment_id)
        if not rows:
            raise Conflict(f"payment {payment_id} was not split off another one")
        part = await lock_payment(payment_id, body.expected_version, uow)
        whole = await lock_payment(rows[0]["payment_id"], None, uow)
        before, bookings = standing(part), Bookings()
        applications = (await live_applications([payment_id], uow)).get(payment_id, [])
        await undo(applications, part, _why(body, command, uow), uow, bookings)
        stop_waiting(part, (await awaited_of([part], uow)).get(payment_id, []))
        allowed(lambda: rejoin(part, whole, uow.business_date, bookings))
        return done(uow, command, "rejoin_part", body.reason, [part, whole], bookings, before)

    return await command.run(work, body)


async def undo(
    applications: Sequence[BookedApplication], payment: Payment, why: Why, uow: CashWork, bookings: Bookings
) -> None:
    """Undoes applications of one payment, the latest first. Raises Conflict where something rests on them."""
    owner = payment.customer_id
    book = (await uow.books([owner]))[owner] if owner is not None else None
    items = items_of(applications, uow)
    for application in applications:
        allowed(lambda application=application: reverse(application, payment, items, why, book, bookings))  # type: ignore[misc]


def done(
    uow: CashWork,
    command: Command,
    action: str,
    reason: str,
    payments: Sequence[Payment],
    bookings: Bookings,
    before: dict[str, object],
) -> Corrected:
    """Writes what was booked, the audit and the step; and answers."""
    record(uow, bookings, cause=command)
    subject = payments[0].payment_id
    after = {**standing(payments[0]), "reason": reason}
    uow.audit(command, action=action, subject=subject, before=before, after=after)
    keep_step(uow, command, subject, action, reason)
    return Corrected(
        payments=[payment_standing(payment) for payment in payments],
        reopened=reopened(bookings),
        settled=settled(bookings),
    )


def payment_standing(payment: Payment) -> PaymentStanding:
    return PaymentStanding(
        payment_id=payment.payment_id,
        customer_id=payment.customer_id,
        state=payment.state,
        currency=payment.currency,
        amount=payment.amount,
        unapplied_amount=payment.unapplied_amount,
        version=payment.movements,
    )


def settled(bookings: Bookings) -> list[SettledView]:
    """What was settled, line by line."""
    applied = [event for event in bookings.said if isinstance(event, PaymentApplied)]
    return [SettledView(applied_on=event.applied_on, **line.model_dump()) for event in applied for line in event.lines]


def allowed(step: Callable[[], T]) -> T:
    """Does a step of the domain; what it forbids is answered with its sentence."""
    try:
        return step()
    except NotSplittable as error:
        raise Unprocessable(str(error)) from None
    except (WrongState, NotReversible) as error:
        raise Conflict(str(error)) from None


def reopened(bookings: Bookings) -> list[ReopenedView]:
    """The items whose open amount changed, as they are now."""
    changed = (event for event in bookings.said if isinstance(event, OpenItemChanged))
    return [ReopenedView(**each.model_dump()) for each in _last_of_each(changed)]


def _last_of_each(changes: Iterable[OpenItemChanged]) -> list[OpenItemChanged]:
    return list({(change.customer_id, change.item_id): change for change in changes}.values())


def _why(body: Changed, command: Command, uow: CashWork) -> Why:
    return Why("reversed", _told(body, command), uow.business_date)


def _told(body: Changed, command: Command) -> str:
    return f"{body.reason} ({command.person.name})"
