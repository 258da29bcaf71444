"""What clerks decide about returns: which payment the bank took back, and that it was another one."""

from __future__ import annotations

from decimal import Decimal

from services.cash_app.corrections.commands import allowed
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.returns.domain import Return
from services.cash_app.returns.handlers import MatchedReturn, reverse_returned_payments
from services.cash_app.returns.store import returns_of
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.kernel.money import Money, round_half_up


async def match_return(return_id: str, payment_id: str, reason: str, command: Command, uow: CashWork) -> Outcome:
    """Matches a return with the payment that the bank took back: what it settled is owed again, with the fee."""
    payments = await _payment_with_parts(payment_id, uow)
    if not payments:
        raise NotFound(f"there is no payment {payment_id!r}: GET /payments lists them")
    returned = (await returns_of(uow).load([return_id])).get(return_id)
    if returned is None or returned.payment_id is not None:
        raise Conflict(f"return {return_id} does not wait for a payment: see GET /work-queues/returns")
    objection = returned.objection(payments)
    if objection or returned.amount > sum((payment.amount for payment in payments), Decimal(0)):
        too_small = f"payment {payment_id} is of less than the {Money(returned.amount, returned.currency)} returned"
        raise Unprocessable(objection or too_small)
    match = MatchedReturn(returned, payments, command)
    done = await reverse_returned_payments([match], f"matched by {command.person.name}", uow)
    if not done:
        raise Conflict(returned.note)
    ((_, bookings),) = done
    uow.post_action(bookings, command, Action("match_return", reason), payments[0])
    uow.note_action(command, return_id, Action("match_return", reason), payments[0].company_id)
    return Outcome(tuple(payments), bookings)


async def unmatch_return(return_id: str, reason: str, command: Command, uow: CashWork) -> Outcome:
    """The return belongs to another payment: its money is unapplied again, fee and claim are cancelled."""
    returned, payments = await _matched(return_id, uow)
    charges = [item_id for item_id in (returned.fee_item_id, returned.claim_item_id) if item_id is not None]
    owners = await uow.fetch("owners_of_items", charges)
    items = await uow.items.load((row["customer_id"], row["item_id"]) for row in owners)
    ids = [payment.payment_id for payment in payments]
    rows = await uow.fetch("taken_by_return", returned.match_id, ids)
    taken = {row["payment_id"]: round_half_up(row["amount"], row["currency"]) for row in rows}
    by_id = {payment.payment_id: payment for payment in payments if payment.payment_id in taken}
    bookings = Bookings()
    today = uow.business_date_of(payments[0].company_id)
    allowed(lambda: returned.unmatch(by_id, taken, list(items.values()), today, bookings))
    uow.note_action(command, return_id, Action("unmatch_return", reason), payments[0].company_id)
    uow.post_action(bookings, command, Action("unmatch_return", reason), payments[0])
    return Outcome(tuple(payments), bookings)


async def _matched(return_id: str, uow: CashWork) -> tuple[Return, list[Payment]]:
    """A matched return with its payments, all locked. Raises Conflict where it is not matched."""
    rows = await uow.fetch("payment_of_return", return_id)
    payments = await _payment_with_parts(rows[0]["payment_id"], uow) if rows else []
    returned = (await returns_of(uow).load([return_id])).get(return_id)
    if returned is None or returned.payment_id not in {payment.payment_id for payment in payments}:
        raise Conflict(f"return {return_id} is not matched with a payment: see GET /work-queues/returns")
    return returned, payments


async def _payment_with_parts(payment_id: str | None, uow: CashWork) -> list[Payment]:
    """A payment and its parts, all locked, in the order of the query."""
    rows = await uow.fetch("payment_and_parts", payment_id)
    payments = await uow.lock_payments([row["payment_id"] for row in rows], [row["customer_id"] for row in rows])
    return [payments[row["payment_id"]] for row in rows]
