"""Refunds and write-offs over HTTP: within a person's authority at once, else when a second person agrees."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter

from services.cash_app.api_corrections import allowed, payment_standing
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import PaymentState
from services.cash_app.domain.refunds import NotRefundable, Refund, cancel, refund
from services.cash_app.domain.write_off import WriteOff, reverse_write_off, write_off
from services.cash_app.recording import record
from services.cash_app.returning import DESK_RULES
from services.cash_app.store import CashWork
from services.cash_app.undoing import keep_step, lock_payment, standing
from services.cash_app.views_desk import Decided, PaymentStanding, RefundAsked, WithReason, WriteOffAsked
from shared.chassis.http import Command, Conflict, Forbidden, NotFound, Unprocessable, command_for_roles
from shared.kernel.money import is_exact, round_half_up

router = APIRouter()
Clerk = Annotated[Command, command_for_roles("cash_clerk", "controller")]
Giver = Annotated[Command, command_for_roles("cash_clerk", "controller", "credit_manager")]


@router.post("/payments/{payment_id:path}/refund", status_code=202)
async def ask_for_refund(payment_id: str, body: RefundAsked, command: Clerk) -> Decided:
    """Orders money that is not applied to be paid back; a second person has to approve."""

    async def work(uow: CashWork) -> Decided:
        payment = await lock_payment(payment_id, body.expected_version, uow)
        if payment.state not in (PaymentState.UNAPPLIED, PaymentState.ON_ACCOUNT) or payment.customer_id is None:
            raise Conflict(f"payment {payment_id} is {payment.state}: only unapplied or on-account money is paid back")
        if body.amount > payment.unapplied_amount or not is_exact(body.amount, payment.currency):
            raise Unprocessable(
                f"{body.amount} cannot be paid back: {payment.unapplied_amount} {payment.currency} of payment "
                f"{payment_id} is not applied"
            )
        subject = (payment.customer_id, payment.company_id, payment_id, payment.currency)
        return await _wait("refund", subject, body.amount, body.reason, command, uow)

    return await command.run(work, body)


@router.post("/open-items/{item_id:path}/write-off")
async def ask_for_write_off(item_id: str, body: WriteOffAsked, command: Giver) -> Decided:
    """Gives up what is owed on an item: at once within the person's authority, else a second person approves."""

    async def work(uow: CashWork) -> Decided:
        item = await _locked_item(item_id, uow)
        if body.expected_version not in (None, item.item_version):
            raise Conflict(
                f"item {item_id} was changed meanwhile (it is at version {item.item_version}, you saw "
                f"{body.expected_version}): read it again"
            )
        if body.amount > item.open_amount or not is_exact(body.amount, item.currency):
            raise Unprocessable(
                f"{body.amount} cannot be written off: {item.open_amount} {item.currency} is open on "
                f"{item.document_number}"
            )
        rules = (await uow.policy(DESK_RULES)).on(uow.business_date).document
        if not rules.may_write_off(command.person.roles, body.amount):
            subject = (item.customer_id, item.company_id, item_id, item.currency)
            return await _wait("write_off", subject, body.amount, body.reason, command, uow)
        given_up = WriteOff(f"WO-{command.id}", body.amount, command.person.name, body.reason, uow.business_date)
        await _write_off(item, given_up, command, uow)
        return Decided(
            approval_id=given_up.write_off_id, state="approved", currency=item.currency,
            amount=round_half_up(body.amount, item.currency), requested_by=command.person.name, decided_by=None,
        )  # fmt: skip

    return await command.run(work, body)


@router.post("/approvals/{approval_id}/approve")
async def approve(approval_id: str, body: WithReason, command: Giver) -> Decided:
    """A second person, with enough authority, agrees: the refund or write-off is posted."""

    async def work(uow: CashWork) -> Decided:
        row = await _undecided(approval_id, command, uow)
        rules = (await uow.policy(DESK_RULES)).on(uow.business_date).document
        may = rules.may_refund if row["kind"] == "refund" else rules.may_write_off
        if not may(command.person.roles, row["amount"]):
            raise Forbidden(
                f"{command.person.name}'s authority does not cover {_amount(row)} {row['currency']}: "
                "somebody with more has to approve (policy desk_rules)"
            )
        if row["kind"] == "refund":
            await _refund(row, command, uow)
        else:
            item = await _locked_item(row["subject"], uow)
            if _amount(row) > item.open_amount:
                raise Conflict(
                    f"only {item.open_amount} {item.currency} is open on {item.document_number} now: decline, and "
                    "ask again for that"
                )
            given_up = WriteOff(approval_id, _amount(row), command.person.name, row["reason"], uow.business_date)
            await _write_off(item, given_up, command, uow)
        return await _decide(row, "approved", body, command, uow)

    return await command.run(work, body)


@router.post("/approvals/{approval_id}/decline")
async def decline(approval_id: str, body: WithReason, command: Giver) -> Decided:
    """A second person does not agree; nothing is posted."""

    async def work(uow: CashWork) -> Decided:
        return await _decide(await _undecided(approval_id, command, uow), "declined", body, command, uow)

    return await command.run(work, body)


@router.post("/refunds/{refund_id}/cancel")
async def cancel_refund(refund_id: str, body: WithReason, command: Clerk) -> PaymentStanding:
    """A refund that was not paid out after all: the money is unapplied again."""

    async def work(uow: CashWork) -> PaymentStanding:
        rows = await uow.fetch("refund_by_id", refund_id)
        if not rows:
            raise NotFound(f"there is no refund {refund_id!r}")
        payment = await lock_payment(rows[0]["payment_id"], None, uow)
        row = (await uow.fetch("refund_by_id", refund_id))[0]
        if row["cancelled"] or payment.customer_id != row["customer_id"]:
            raise Conflict(f"refund {refund_id} was cancelled before")
        before, bookings = standing(payment), Bookings()
        amount = round_half_up(row["amount"], row["currency"])
        order = Refund(refund_id, amount, row["ordered_by"], command.person.name, body.reason, row["refunded_on"])
        book = (await uow.books([row["customer_id"]]))[row["customer_id"]]
        cancel(payment, order, uow.business_date, book, bookings)
        record(uow, bookings, cause=command)
        after = {**standing(payment), "reason": body.reason}
        uow.audit(command, action="cancel_refund", subject=payment.payment_id, before=before, after=after)
        keep_step(uow, command, payment.payment_id, "cancel_refund", body.reason)
        return payment_standing(payment)

    return await command.run(work, body)


@router.post("/write-offs/{write_off_id}/reverse")
async def owe_again(write_off_id: str, body: WithReason, command: Giver) -> Decided:
    """What was written off is owed again, with its old due date."""

    async def work(uow: CashWork) -> Decided:
        rows = await uow.fetch("write_off_by_id", write_off_id)
        if not rows:
            raise NotFound(f"there is no write-off {write_off_id!r}")
        item = await _locked_item(rows[0]["item_id"], uow)
        row = (await uow.fetch("write_off_by_id", write_off_id))[0]
        if row["reversed"]:
            raise Conflict(f"write-off {write_off_id} was reversed before")
        amount, bookings, before = round_half_up(row["amount"], row["currency"]), Bookings(), item.open_amount
        given_up = WriteOff(write_off_id, amount, command.person.name, body.reason, row["written_off_on"])
        reverse_write_off(item, given_up, uow.business_date, bookings)
        record(uow, bookings, cause=command)
        uow.audit(command, action="reverse_write_off", subject=item.item_id, before=before, after=item.open_amount)
        keep_step(uow, command, item.item_id, "reverse_write_off", body.reason)
        return Decided(
            approval_id=write_off_id, state="declined", currency=item.currency, amount=amount,
            requested_by=row["approved_by"], decided_by=command.person.name,
        )  # fmt: skip

    return await command.run(work, body)


async def _locked_item(item_id: str, uow: CashWork) -> OpenItem:
    rows = await uow.fetch("owner_of_item", item_id)
    if not rows:
        raise NotFound(f"there is no item {item_id!r}: GET /open-items lists what is owed")
    await uow.books([rows[0]["customer_id"]])
    return (await uow.items.load([(rows[0]["customer_id"], item_id)]))[rows[0]["customer_id"], item_id]


async def _wait(
    kind: str, subject: tuple[str, str, str, str], amount: Decimal, reason: str, command: Command, uow: CashWork
) -> Decided:
    customer_id, company_id, about, currency = subject
    waiting = await uow.fetch("approval_waiting_for", kind, about)
    if waiting:
        raise Conflict(f"{waiting[0]['requested_by']} asked for the same already: see {waiting[0]['approval_id']}")
    approval_id = f"{'RF' if kind == 'refund' else 'WO'}-{command.id}"
    asked = round_half_up(amount, currency)
    await uow.execute(
        "insert_approval", approval_id, kind, customer_id, company_id, about, currency, asked, reason,
        command.person.name, uow.business_date,
    )  # fmt: skip
    after = {"approval_id": approval_id, "amount": asked, "reason": reason}
    uow.audit(command, action=f"ask_for_{kind}", subject=about, before=None, after=after)
    keep_step(uow, command, about, f"ask_for_{kind}", reason)
    return Decided(
        approval_id=approval_id, state="waiting", currency=currency, amount=asked,
        requested_by=command.person.name, decided_by=None,
    )  # fmt: skip


async def _undecided(approval_id: str, command: Command, uow: CashWork) -> Any:
    rows = await uow.fetch("load_approval", approval_id)
    if not rows:
        raise NotFound(f"there is no approval {approval_id!r}: GET /desk/approvals lists those that wait")
    row = rows[0]
    if row["state"] != "waiting":
        raise Conflict(f"{row['decided_by']} has {row['state']} it on {row['decided_on']} already")
    if row["requested_by"] == command.person.name:
        raise Forbidden(f"{command.person.name} asked for it: somebody else has to decide")
    return row


async def _decide(row: Any, state: Any, body: WithReason, command: Command, uow: CashWork) -> Decided:
    person = command.person.name
    await uow.execute("decide_approval", row["approval_id"], state, person, uow.business_date, body.reason)
    after = {"state": state, "reason": body.reason, "amount": _amount(row)}
    uow.audit(command, action=f"{state}_{row['kind']}", subject=row["subject"], before="waiting", after=after)
    keep_step(uow, command, row["subject"], f"{state}_{row['kind']}", body.reason)
    return Decided(
        approval_id=row["approval_id"], state=state, currency=row["currency"], amount=_amount(row),
        requested_by=row["requested_by"], decided_by=person,
    )  # fmt: skip


async def _refund(row: Any, command: Command, uow: CashWork) -> None:
    payment = await lock_payment(row["subject"], None, uow)
    if payment.customer_id != row["customer_id"] or payment.state is PaymentState.SUSPENSE:
        raise Conflict(f"payment {payment.payment_id} is not customer {row['customer_id']}'s any more: decline")
    order = Refund(
        row["approval_id"], _amount(row), row["requested_by"], command.person.name, row["reason"], uow.business_date
    )
    book, bookings = (await uow.books([row["customer_id"]]))[row["customer_id"]], Bookings()
    try:
        allowed(lambda: refund(payment, order, book, bookings))
    except NotRefundable as error:
        raise Conflict(str(error)) from None
    record(uow, bookings, cause=command)
    uow.append("settle_held_duplicates", (payment.payment_id, "refunded"))


async def _write_off(item: OpenItem, given_up: WriteOff, command: Command, uow: CashWork) -> None:
    before, bookings = item.open_amount, Bookings()
    write_off(item, given_up, bookings)
    record(uow, bookings, cause=command)
    uow.audit(command, action="write_off", subject=item.item_id, before=before, after=item.open_amount)
    keep_step(uow, command, item.item_id, "write_off", given_up.reason)


def _amount(row: Any) -> Decimal:
    return round_half_up(row["amount"], row["currency"])
