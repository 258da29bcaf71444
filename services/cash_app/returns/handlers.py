"""Returned payments: the return is booked, its payment found, what it settled is reopened, and a fee is charged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import sha256

from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.reopened import settle_reopened
from services.cash_app.corrections.domain.partial_reversal import PartTaken, part_taken
from services.cash_app.corrections.domain.reversal import (
    Correction,
    NotReversible,
    PaymentHistory,
    check_reversible,
    reverse,
    reverse_all,
)
from services.cash_app.corrections.store import load_histories
from services.cash_app.duplicates.handlers import settle_held_duplicate
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.payments.domain.payment_identity import is_placeholder
from services.cash_app.returns.domain import Return, ReturnRules, amount_received, return_of
from services.cash_app.returns.policy import RETURN_RULES
from services.cash_app.returns.store import returns_of
from services.cash_app.work import CashWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.cash_app import PaymentDishonored
from shared.contracts.erp import PaymentReceived, PaymentReturned
from shared.kernel.money import Money, round_half_up


@dataclass(frozen=True, slots=True)
class MatchedReturn:
    """A return and the payment, with its parts, that the bank took back; and what made it known."""

    returned: Return
    payments: Sequence[Payment]
    cause: Cause


async def book_returned_payments(returned: list[PaymentReturned], uow: CashWork) -> None:
    """The bank took money back: what the payment settled is owed again, with a fee; unknown ones wait."""
    await match_returns(await _receive_returns(returned, uow), uow)


async def match_waiting_returns(received: Sequence[PaymentReceived], uow: CashWork) -> None:
    """Matches returns that arrived before their payments, which have arrived now."""
    causes = {event.bank_reference: event for event in received}
    waiting = await returns_of(uow).fetch("returns_waiting_for", sorted(causes)) if causes else []
    await match_returns([(returned, causes[returned.original_bank_reference or ""]) for returned in waiting], uow)


async def match_returns(returns: Sequence[tuple[Return, Cause]], uow: CashWork) -> None:
    """Matches returns with the payments they name by bank reference; the others wait for a person.

    What was done before in this unit of work has to be in the tables, so it is written first.
    """
    if not returns:
        return
    await uow.flush()
    wanted = {r.original_bank_reference for r, _ in returns if r.original_bank_reference is not None}
    by_reference: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    owners: set[str | None] = set()
    for row in await uow.fetch("payments_and_parts_of_references", sorted(wanted)):
        by_reference[row["bank_reference"]][row["whole_id"]].append(row["payment_id"])
        owners.add(row["customer_id"])
    ids = {p for wholes in by_reference.values() for of_whole in wholes.values() for p in of_whole}
    payments = await uow.lock_payments(ids, owners)
    rules = await uow.policy(RETURN_RULES)
    matched = []
    for returned, cause in sorted(returns, key=lambda entry: (entry[0].value_date, entry[0].return_id)):
        wholes = by_reference[returned.original_bank_reference or ""].values()
        found = _returned_of(returned, [[payments[payment_id] for payment_id in of_whole] for of_whole in wholes])
        returned.note = _why_unmatched(returned, found, rules.on(returned.value_date).document)
        if not returned.note:
            matched.append(MatchedReturn(returned, found, cause))
    while matched:
        some = _one_of_each_payment(matched)
        for match, bookings in await reverse_returned_payments(some, "the bank names its reference", uow):
            uow.post(bookings, cause=match.cause)
        matched = [match for match in matched if match not in some]
        if matched:
            await uow.flush()


def _one_of_each_payment(matched: Sequence[MatchedReturn]) -> list[MatchedReturn]:
    """The first return of each payment: what it undid is not there for the next one."""
    taken: set[str] = set()
    some = []
    for match in matched:
        ids = {payment.payment_id for payment in match.payments}
        if not ids & taken:
            some.append(match)
        taken |= ids
    return some


async def reverse_returned_payments(
    matched: Sequence[MatchedReturn], how: str, uow: CashWork
) -> list[tuple[MatchedReturn, Bookings]]:
    """What the payments settled is reopened, their money goes back to the bank, the customer owes fee and claim.

    Where the bank took back a part of the money, only a part is undone. What is owed again meets the credit that
    stands beside it. A return that cannot be booked stays waiting, with the reason in its note. Returns what is to be
    posted.
    """
    payments = {payment.payment_id: payment for match in matched for payment in match.payments}
    histories = await load_histories(payments.values(), uow)
    rows = await uow.fetch("returned_of_payments", sorted(payments)) if payments else []
    before = {row["payment_id"]: row["amount"] for row in rows}
    books = await uow.subledgers(payment.customer_id for payment in payments.values())
    policy = await uow.policy(RETURN_RULES)
    done = []
    for match in matched:
        returned, found = match.returned, match.payments
        earlier = sum((before.get(payment.payment_id, Decimal(0)) for payment in found), Decimal(0))
        returned.note = returned.objection(found) or returned.too_much(found, earlier)
        whole = returned.amount + earlier == amount_received(found)
        part = None if returned.note or whole else part_taken(returned.amount, found, histories)
        if not returned.note:
            returned.note = _dependence(part, found, histories)
        if returned.note:
            continue
        bookings = Bookings()
        on_account = [payment for payment in found if payment.state is PaymentState.ON_ACCOUNT]
        undone = _undo(_Undone(match, histories, part, books, bookings))
        charged = _charge(match, how, policy.on(returned.value_date).document, part, bookings)
        for item in charged:
            books[item.customer_id].add_item(item)
        _put_back(on_account, books, bookings)
        _add_dishonored(returned, found, undone, bookings)
        settle_held_duplicate(found[0], "returned", uow)
        done.append((match, bookings))
    for match, bookings in done:  # not before: what another return takes back is no credit
        for customer_id in sorted({payment.customer_id for payment in match.payments if payment.customer_id}):
            settle_reopened(books[customer_id], bookings)
    return done


def _dependence(part: PartTaken | None, found: Sequence[Payment], histories: Mapping[str, PaymentHistory]) -> str:
    """What has to be undone before the return can be booked; empty where nothing has."""
    try:
        for payment in found:
            history = histories[payment.payment_id]
            applications = history.applications
            if part is not None:
                applications = [replace(a, lines=tuple(lines)) for of, a, lines in part.undone if of is payment]
            check_reversible(applications, history)
    except NotReversible as error:
        return str(error)
    return ""


@dataclass(frozen=True, slots=True)
class _Undone:
    """A return whose payment is undone: all of it, or a part."""

    match: MatchedReturn
    histories: Mapping[str, PaymentHistory]
    part: PartTaken | None
    books: Mapping[str, CustomerSubledger]
    bookings: Bookings

    def correction(self, payment: Payment) -> Correction:
        returned = self.match.returned
        book = self.books.get(payment.customer_id or "")
        return Correction("returned", returned.why, returned.value_date, book, self.bookings)


def _undo(undone: _Undone) -> int:
    """Reverses what the money settled; returns of how many applications."""
    applications, part = 0, undone.part
    for payment in undone.match.payments:
        history, correction = undone.histories[payment.payment_id], undone.correction(payment)
        payment.remark([undone.match.returned.why])
        if part is None:
            applications += len(history.applications)
            reverse_all(payment, history, correction)
        for of, application, lines in part.undone if part is not None else ():
            if of is payment:
                applications += 1
                reverse(application, payment, history, correction, lines)
        touched = part is None or payment.payment_id in part.amounts
        if correction.book is not None and touched:
            correction.book.credit_withdrawn(payment)
    return applications


async def _receive_returns(returned: Sequence[PaymentReturned], uow: CashWork) -> list[tuple[Return, Cause]]:
    """Books each return once, out of cash; one received before with the same reference and facts changes nothing.

    The same reference with other facts is another return; one whose id is taken gets an id of its own.
    """
    first = {_facts(event): event for event in reversed([_with_reference(event) for event in returned])}
    references = sorted({event.bank_reference for event in first.values()})
    known = {tuple(row) for row in await uow.fetch("returns_received", references)}
    returns = returns_of(uow)
    await returns.load(event.return_id for event in first.values())
    received: list[tuple[Return, Cause]] = []
    for facts, event in first.items():
        if facts in known:
            continue
        new = return_of(event)
        if event.return_id in returns:
            mark = sha256("|".join(map(str, facts)).encode()).hexdigest()[:12]
            new.return_id = f"{event.return_id[:67]}#{mark}"
        bookings = Bookings()
        returns.put(new).receive(bookings)
        uow.post(bookings, cause=event)
        received.append((new, event))
    return received


def _facts(event: PaymentReturned) -> tuple[str, str, str, Decimal, date]:
    amount = round_half_up(event.amount, event.currency)
    return event.bank_reference, event.company_id, event.currency, amount, event.value_date


def _with_reference(event: PaymentReturned) -> PaymentReturned:
    """Where the bank gives no reference, the return's id stands for it."""
    if not is_placeholder(event.bank_reference):
        return event
    reference = f"no-reference/{event.return_id}"[:80]
    return event.model_copy(update={"bank_reference": reference}).with_context(event.context)


def _charge(
    match: MatchedReturn, how: str, rules: ReturnRules, part: PartTaken | None, bookings: Bookings
) -> list[OpenItem]:
    """Gives the money back to the bank; what was refunded before and the fee are charged."""
    returned, found = match.returned, match.payments
    owner = next((payment.customer_id for payment in found if payment.customer_id is not None), None)
    missing, on = returned.take_from(found, how, bookings, None if part is None else part.amounts)
    if owner is None:
        return []
    claim = returned.claim(missing, owner, on, bookings) if missing else None
    fee = returned.fee(rules.fee, owner, on, bookings)
    return [item for item in (claim, fee) if item is not None]


def _put_back(payments: Sequence[Payment], books: Mapping[str, CustomerSubledger], bookings: Bookings) -> None:
    """What the bank left of money on account is on account as before."""
    for payment in payments:
        if payment.state is PaymentState.UNAPPLIED:
            payment.put_on_account(payment.held_since, bookings)
        books[payment.customer_id or ""].add_payment(payment)


def _add_dishonored(returned: Return, found: Sequence[Payment], undone: int, bookings: Bookings) -> None:
    owners = sorted({payment.customer_id for payment in found if payment.customer_id is not None})
    for number, owner in enumerate(owners, start=1):
        bookings.events.append(
            PaymentDishonored(
                dishonor_id=returned.match_id + (f"/{number}" if number > 1 else ""),
                return_id=returned.return_id,
                payment_id=found[0].payment_id,
                customer_id=owner,
                company_id=returned.company_id,
                dishonored_on=returned.value_date,
                currency=returned.currency,
                amount=returned.amount,
                applications_undone=undone,
                reason=returned.why[:500],
            )
        )


def _returned_of(returned: Return, under_reference: Sequence[Sequence[Payment]]) -> Sequence[Payment]:
    """Of the payments under the reference that is returned, each with its parts, the one that fits.

    A bank may use a reference again: the latest payment of the amount, not later than the return, is the returned one;
    where none has the amount, the latest of a larger one.
    """
    earlier = [
        payments
        for payments in under_reference
        if not returned.objection(payments)
        and amount_received(payments) >= returned.amount
        and payments[0].value_date <= returned.value_date
    ]
    exact = [payments for payments in earlier if amount_received(payments) == returned.amount]
    if not earlier:
        return next(iter(under_reference), ())
    return max(exact or earlier, key=lambda payments: (payments[0].value_date, payments[0].payment_id))


def _why_unmatched(returned: Return, found: Sequence[Payment], rules: ReturnRules) -> str:
    if returned.original_bank_reference is None:
        return "the bank does not name the payment that was returned"
    objection = returned.objection(found)
    if objection:
        return objection
    received = amount_received(found)
    if returned.amount > received or (returned.amount < received and rules.partial_returns == "review"):
        amount, whole = Money(returned.amount, returned.currency), Money(received, returned.currency)
        return f"{amount} was returned of a payment of {whole}"
    return ""
