"""The clerk's desk over HTTP: queues, entries with all that decides them, and what is done about them."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.cash_app.access import Books, Clerk, Reader
from services.cash_app.api_corrections import allowed, done, payment_standing, reopened, settled
from services.cash_app.api_failed import failed_totals
from services.cash_app.by_hand import owners_of, settle_by_hand
from services.cash_app.desk_detail import detail, missing
from services.cash_app.domain.application import apply_payment
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.payments import Payment, PaymentState
from services.cash_app.domain.returns import Return
from services.cash_app.domain.transfer import stop_waiting
from services.cash_app.recording import record
from services.cash_app.returning import load_with_owners, take_back
from services.cash_app.store import CashWork
from services.cash_app.undoing import awaited_of, keep_step, lock_payment, standing
from services.cash_app.views_desk import (
    Changed,
    Corrected,
    DeskApplication,
    DeskDetail,
    DeskEntry,
    Queue,
    QueueTotal,
    ReturnOf,
    WithReason,
)
from shared.chassis.http import (
    Conflict,
    Cursor,
    Limit,
    NotFound,
    Page,
    Unprocessable,
    decode_cursor,
)
from shared.contracts.event import Identifier
from shared.kernel.money import round_half_up

router = APIRouter()


@router.get("/desk")
async def queues(person: Reader, db: Books) -> list[QueueTotal]:
    """How much waits in each queue: suspense less returns is account 2100, unmatched and duplicates are 2110."""
    return [*(QueueTotal.of(row) for row in await db.fetch("desk_queues")), *await failed_totals(db)]


@router.get("/desk/{queue}")
async def entries(
    queue: Queue,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeskEntry]:
    """What waits in a queue, the oldest first."""
    after = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch(f"desk_{queue}", *after, limit + 1, customer_id, None, company_id)
    return Page[DeskEntry].of(
        rows, limit, lambda row: DeskEntry.of({"queue": queue, **row}), lambda row: [row["since"], row["entry_id"]]
    )


@router.get("/desk/{queue}/{entry_id:path}")
async def entry(queue: Queue, entry_id: str, person: Reader, db: Books) -> DeskDetail:
    """One entry with evidence, suggestion, candidates, open items, and what was done about it before."""
    row = await db.fetchrow(f"desk_{queue}", None, None, 1, None, entry_id, None)
    if row is None:
        raise missing(queue, entry_id)
    return await detail(queue, entry_id, row, db)


@router.post("/desk/applications")
async def apply_many(body: DeskApplication, command: Clerk) -> Corrected:
    """Several payments settle several items of their customers in one balanced step: all of it, or nothing."""

    async def work(uow: CashWork) -> Corrected:
        ids = [asked.payment_id for asked in body.payments]
        if len(set(ids)) < len(ids):
            raise Unprocessable("a payment is named twice: give each payment one entry with all its lines")
        owners = await owners_of({line.item_id for asked in body.payments for line in asked.lines}, uow)
        payers = {row["customer_id"] for row in await uow.fetch("customers_of_payments", ids)} - {None}
        await load_with_owners(ids, payers, uow)
        bookings, payments = Bookings(), []
        for asked in body.payments:
            payment = await lock_payment(asked.payment_id, asked.expected_version, uow)
            before = standing(payment)
            why = f"{body.reason} ({command.person.name})"
            parts = await settle_by_hand(payment, asked.lines, owners, why, uow, bookings)
            if asked.rest == "on_account" and payment.state is PaymentState.UNAPPLIED:
                stop_waiting(payment, (await awaited_of([payment], uow)).get(payment.payment_id, []))
                payment.rest_on_account(max(payment.held_since, uow.business_date), bookings)
            after = {**standing(payment), "lines": asked.lines, "reason": body.reason}
            uow.audit(command, action="apply_payment", subject=payment.payment_id, before=before, after=after)
            keep_step(uow, command, payment.payment_id, "apply_payment", body.reason)
            payments += [payment, *parts]
        record(uow, bookings, cause=command)
        return Corrected(
            payments=[payment_standing(payment) for payment in payments], reopened=[], settled=settled(bookings)
        )

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/release")
async def release_duplicate(payment_id: str, body: Changed, command: Clerk) -> Corrected:
    """It was not told twice: the payment is applied by the rules like any other."""

    async def work(uow: CashWork) -> Corrected:
        payment = await lock_payment(payment_id, body.expected_version, uow)
        held = await uow.fetch("held_duplicate_by_id", payment_id)
        if not held or held[0]["state"] != "held" or payment.customer_id is None:
            raise Conflict(f"payment {payment_id} is not held as a duplicate, or no longer")
        before, bookings = standing(payment), Bookings()
        await uow.load_items_for([payment])
        for document in apply_payment(payment, (await uow.books([payment.customer_id]))[payment.customer_id], bookings):
            uow.awaited.put(document)
        uow.append("settle_held_duplicates", (payment_id, "released"))
        return done(uow, command, "release_duplicate", body.reason, [payment], bookings, before)

    return await command.run(work, body)


@router.post("/returns/{return_id:path}/match")
async def match_return(return_id: str, body: ReturnOf, command: Clerk) -> Corrected:
    """A person says which payment the bank took back: what it settled is owed again, with the fee."""

    async def work(uow: CashWork) -> Corrected:
        rows = await uow.fetch("family_of_payment", body.payment_id)
        if not rows:
            raise NotFound(f"there is no payment {body.payment_id!r}: GET /payments lists them")
        payments = await load_with_owners(
            [row["payment_id"] for row in rows], {row["customer_id"] for row in rows} - {None}, uow
        )
        returned = (await uow.returns.load([return_id])).get(return_id)
        if returned is None or returned.payment_id is not None:
            raise Conflict(f"return {return_id} waits for no payment: see GET /desk/returns")
        found = [payments[row["payment_id"]] for row in rows]
        objection = returned.objection(found)
        if objection or returned.amount > sum(payment.amount for payment in found):
            raise Unprocessable(
                objection or f"payment {body.payment_id} is of less than the {returned.amount} returned"
            )
        before = standing(found[0])
        booked = await take_back([(returned, found, command)], f"matched by {command.person.name}", uow)
        if not booked:
            raise Conflict(returned.note)
        answer = done(uow, command, "match_return", body.reason, found, Bookings(), before)
        keep_step(uow, command, return_id, "match_return", body.reason)
        return answer.model_copy(update={"reopened": reopened(booked[0])})

    return await command.run(work, body)


@router.post("/returns/{return_id:path}/unmatch")
async def unmatch_return(return_id: str, body: WithReason, command: Clerk) -> Corrected:
    """The return was another payment's: its money is unapplied again, fee and claim are cancelled."""

    async def work(uow: CashWork) -> Corrected:
        returned, payments = await _matched(return_id, uow)
        before, bookings = standing(payments[0]), Bookings()
        charges = [f"FEE-{return_id}/{returned.matches}", f"{return_id}/C{returned.matches}"]
        owners = await uow.fetch("charges_of_return", charges)
        items = await uow.items.load((row["customer_id"], row["item_id"]) for row in owners)
        rows = await uow.fetch(
            "taken_by_return", f"{return_id}/M{returned.matches}", [payment.payment_id for payment in payments]
        )
        taken = {row["payment_id"]: round_half_up(row["amount"], row["currency"]) for row in rows}
        by_id = {payment.payment_id: payment for payment in payments if payment.payment_id in taken}
        allowed(lambda: returned.give_back(by_id, taken, list(items.values()), uow.business_date, bookings))
        keep_step(uow, command, return_id, "unmatch_return", body.reason)
        return done(uow, command, "unmatch_return", body.reason, payments, bookings, before)

    return await command.run(work, body)


async def _matched(return_id: str, uow: CashWork) -> tuple[Return, list[Payment]]:
    """A return that was matched, with its payments, all locked. Raises Conflict where it was not."""
    rows = await uow.fetch("payment_of_return", return_id)
    family = await uow.fetch("family_of_payment", rows[0]["payment_id"]) if rows else []
    owners = {row["customer_id"] for row in family} - {None}
    payments = await load_with_owners([row["payment_id"] for row in family], owners, uow)
    returned = (await uow.returns.load([return_id])).get(return_id)
    if returned is None or returned.payment_id not in payments:
        raise Conflict(f"return {return_id} is matched with no payment: see GET /desk/returns")
    return returned, [payments[row["payment_id"]] for row in family]
