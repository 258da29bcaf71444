"""Returned payments: the return is booked, its payment found, what it settled is reopened, and a fee is charged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from services.cash_app.corrections.domain.reversal import Correction, NotReversible, check_reversible, reverse_all
from services.cash_app.corrections.store import load_histories
from services.cash_app.duplicates.handlers import settle_held_duplicate
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.payment_identity import is_placeholder
from services.cash_app.returns.domain import Return, ReturnRules, return_of
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
    received: set[str] = set()
    for row in await uow.fetch("payments_and_parts_of_references", sorted(wanted)):
        by_reference[row["bank_reference"]][row["whole_id"]].append(row["payment_id"])
        received |= {row["payment_id"]} if row["received"] else set()
        owners.add(row["customer_id"])
    ids = {p for wholes in by_reference.values() for of_whole in wholes.values() for p in of_whole}
    payments = await uow.lock_payments(ids, owners)
    matched = []
    for returned, cause in sorted(returns, key=lambda entry: (entry[0].value_date, entry[0].return_id)):
        wholes = by_reference[returned.original_bank_reference or ""].values()
        under_reference = [[payments[payment_id] for payment_id in of_whole] for of_whole in wholes]
        found, amount = _returned_of(returned, under_reference, received)
        returned.note = _why_unmatched(returned, found, amount)
        if not returned.note:
            matched.append(MatchedReturn(returned, found, cause))
    for match, bookings in await reverse_returned_payments(matched, "the bank names its reference", uow):
        uow.post(bookings, cause=match.cause)


async def reverse_returned_payments(
    matched: Sequence[MatchedReturn], how: str, uow: CashWork
) -> list[tuple[MatchedReturn, Bookings]]:
    """What the payments settled is reopened, their money goes back to the bank, the customer owes fee and claim.

    A return that cannot be booked stays waiting, with the reason in its note. Returns what is to be posted.
    """
    payments = {payment.payment_id: payment for match in matched for payment in match.payments}
    histories = await load_histories(payments.values(), uow)
    policy = await uow.policy(RETURN_RULES)
    done = []
    for match in matched:
        returned, found = match.returned, match.payments
        of_match = [histories.get(payment.payment_id) for payment in found]
        returned.note = returned.objection(found)
        if not returned.note:
            try:
                for history in of_match:
                    if history is not None:
                        check_reversible(history.applications, history)
            except NotReversible as error:
                returned.note = str(error)
        if returned.note:
            continue
        bookings, undone = Bookings(), 0
        for payment in found:
            book = (await uow.subledgers([payment.customer_id])).get(payment.customer_id or "")
            history = histories.pop(payment.payment_id, None)
            if history is not None:
                correction = Correction("returned", returned.why, returned.value_date, book, bookings)
                undone += len(history.applications)
                reverse_all(payment, history, correction)
            if book is not None:
                book.credit_withdrawn(payment)
            payment.remark([returned.why])
        _charge(returned, found, how, policy.on(returned.value_date).document, bookings)
        _add_dishonored(returned, found, undone, bookings)
        settle_held_duplicate(found[0], "returned", uow)
        done.append((match, bookings))
    return done


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
            new.return_id = f"{event.return_id[:67]}~{mark}"
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


def _charge(returned: Return, found: Sequence[Payment], how: str, rules: ReturnRules, bookings: Bookings) -> None:
    owner = next((payment.customer_id for payment in found if payment.customer_id is not None), None)
    missing, on = returned.take_from(found, how, bookings)
    if owner is None:
        return
    if missing:
        returned.claim(missing, owner, on, bookings)
    returned.fee(rules.fee, owner, on, bookings)


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


def _returned_of(
    returned: Return, under_reference: Sequence[Sequence[Payment]], received: Container[str]
) -> tuple[Sequence[Payment], Decimal]:
    """Of the payments under the reference that is returned, with their parts, the one that fits, and its amount.

    A bank may use a reference again: the latest payment of the amount, not later than the return, is the returned one.
    """

    def amount_of(payments: Sequence[Payment]) -> Decimal:
        return sum((p.amount for p in payments if p.payment_id in received), Decimal(0))

    fitting = [
        payments
        for payments in under_reference
        if not returned.objection(payments)
        and amount_of(payments) == returned.amount
        and payments[0].value_date <= returned.value_date
    ]
    if fitting:
        found = max(fitting, key=lambda payments: (payments[0].value_date, payments[0].payment_id))
    else:
        found = next(iter(under_reference), ())
    return found, amount_of(found)


def _why_unmatched(returned: Return, found: Sequence[Payment], received: Decimal) -> str:
    if returned.original_bank_reference is None:
        return "the bank does not name the payment that was returned"
    objection = returned.objection(found)
    if objection:
        return objection
    if returned.amount != received:
        whole = Money(received, returned.currency)
        return f"{Money(returned.amount, returned.currency)} was returned of a payment of {whole}"
    return ""
