"""Returned payments: the return is booked, its payment found, what it settled is owed again, a fee is charged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Final

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.desk_rules import DeskRules
from services.cash_app.domain.payments import Payment
from services.cash_app.domain.returns import Return, return_of
from services.cash_app.domain.reversal import BookedApplication, NotReversible, Why, check_reversible, reverse
from services.cash_app.domain.transfer import stop_waiting
from services.cash_app.domain.write_off import WriteOff, write_off
from services.cash_app.recording import record
from services.cash_app.store import CashWork
from services.cash_app.undoing import awaited_of, items_of, live_applications
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.errors import EventRejected
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.cash_app import PaymentDishonored
from shared.contracts.collections import WriteOffApproved
from shared.contracts.erp import PaymentReceived, PaymentReturned

DESK_RULES: Final = PolicyKind(
    name="desk_rules",
    document=DeskRules,
    default=Path(__file__).parent / "policies" / "desk_rules.json",
    changed_by=("controller",),
)


async def receive_returns(returned: Sequence[PaymentReturned], uow: CashWork) -> list[tuple[Return, Cause]]:
    """Books each return once, out of cash; a bank reference heard before does nothing."""
    first = {event.bank_reference: event for event in reversed(returned)}
    heard = {row["bank_reference"] for row in await uow.fetch("returns_heard", sorted(first))}
    await uow.returns.load(event.return_id for event in first.values())
    received: list[tuple[Return, Cause]] = []
    for reference, event in first.items():
        if reference not in heard and event.return_id not in uow.returns:
            bookings, taken_back = Bookings(), uow.returns.put(return_of(event))
            taken_back.receive(bookings)
            record(uow, bookings, cause=event)
            received.append((taken_back, event))
    return received


async def returns_waiting_for(received: Sequence[PaymentReceived], uow: CashWork) -> list[tuple[Return, Cause]]:
    """Returns that were heard before their payments, which have come now."""
    causes = {event.bank_reference: event for event in received}
    waiting = await uow.returns.fetch("returns_waiting_for", sorted(causes)) if causes else []
    return [(returned, causes[returned.original_bank_reference or ""]) for returned in waiting]


async def write_off_approved(approved: Sequence[WriteOffApproved], uow: CashWork) -> None:
    """Posts what collections gave up. Raises EventRejected for an item that was never owed."""
    await uow.books(event.customer_id for event in approved)
    await uow.items.load((event.customer_id, event.item_id) for event in approved)
    for event in approved:
        item, bookings = uow.items.get((event.customer_id, event.item_id)), Bookings()
        if item is None:
            raise EventRejected(
                f"write-off {event.write_off_id} is of item {event.item_id!r}, which customer {event.customer_id} "
                "never owed: ask collections which item is meant"
            )
        if item.currency != event.currency:
            raise EventRejected(
                f"write-off {event.write_off_id} is in {event.currency}, but {item.document_number} in {item.currency}"
            )
        given_up = WriteOff(event.write_off_id, event.amount, event.approved_by, event.reason, event.approved_on)
        write_off(item, given_up, bookings)
        record(uow, bookings, cause=event)


async def find_payments(returns: Sequence[tuple[Return, Cause]], uow: CashWork) -> None:
    """Matches returns with the payments they name by the bank's reference; the others wait for a person.

    What was done before in this unit of work has to be in the tables, so it is written first.
    """
    if not returns:
        return
    await uow.flush()
    wanted = {r.original_bank_reference for r, _ in returns if r.original_bank_reference is not None}
    family: defaultdict[str, list[str]] = defaultdict(list)
    owners: set[str] = set()
    received: set[str] = set()
    for row in await uow.fetch("family_of_references", sorted(wanted)):
        family[row["bank_reference"]].append(row["payment_id"])
        received |= {row["payment_id"]} if row["received"] else set()
        owners |= {row["customer_id"]} - {None}
    payments = await load_with_owners({p for ids in family.values() for p in ids}, owners, uow)
    matched = []
    for returned, cause in sorted(returns, key=lambda entry: (entry[0].value_date, entry[0].return_id)):
        found = [payments[payment_id] for payment_id in family[returned.original_bank_reference or ""]]
        returned.note = _why_not(returned, found, sum(p.amount for p in found if p.payment_id in received))
        if not returned.note:
            matched.append((returned, found, cause))
    await take_back(matched, "the bank names its reference", uow)


async def take_back(
    matched: Sequence[tuple[Return, Sequence[Payment], Cause]], how: str, uow: CashWork
) -> list[Bookings]:
    """What the payments settled is owed again, their money is the bank's, and the customer owes fee and claim.

    A return that cannot be booked so is left waiting, with the reason in its note.
    """
    payments = {payment.payment_id: payment for _, found, _ in matched for payment in found}
    applications = await live_applications(payments, uow)
    awaited = await awaited_of(payments.values(), uow)
    policy = await uow.policy(DESK_RULES)
    done = []
    for returned, found, cause in matched:
        undone = [each for payment in found for each in applications.get(payment.payment_id, [])]
        returned.note = returned.objection(found) or _objection(undone, uow)
        if returned.note:
            continue
        bookings, why = Bookings(), Why("returned", returned.why, returned.value_date)
        for payment in found:
            book = (await uow.books([payment.customer_id])).get(payment.customer_id) if payment.customer_id else None
            for application in applications.pop(payment.payment_id, []):
                reverse(application, payment, items_of(undone, uow), why, book, bookings)
            stop_waiting(payment, awaited.get(payment.payment_id, []))
            if book is not None:
                book.credit_withdrawn(payment)
            payment.remark([returned.why])
        _charge(returned, found, how, policy.on(returned.value_date).document, bookings, uow)
        _say_dishonored(returned, found, len(undone), bookings)
        record(uow, bookings, cause=cause)
        uow.append("settle_held_duplicates", (found[0].payment_id, "returned"))
        done.append(bookings)
    return done


def _objection(applications: Sequence[BookedApplication], uow: CashWork) -> str:
    """What has to be undone by a person before these applications can be; empty where nothing has."""
    try:
        for application in applications:
            check_reversible(application, items_of(applications, uow))
    except NotReversible as error:
        return str(error)
    return ""


def _charge(
    returned: Return, found: Sequence[Payment], how: str, rules: DeskRules, bookings: Bookings, uow: CashWork
) -> None:
    owner = next((payment.customer_id for payment in found if payment.customer_id is not None), None)
    missing, on = returned.take(found, how, bookings)
    if owner is None:
        return
    if missing:
        bookings.items.append(returned.claim(missing, owner, on, bookings))
    fee = returned.fee(rules.return_fee, owner, on, bookings)
    if fee is not None:
        bookings.items.append(fee)


def _say_dishonored(returned: Return, found: Sequence[Payment], undone: int, bookings: Bookings) -> None:
    owners = sorted({payment.customer_id for payment in found if payment.customer_id is not None})
    for number, owner in enumerate(owners, start=1):
        bookings.said.append(
            PaymentDishonored(
                dishonor_id=f"{returned.return_id}/M{returned.matches}" + (f"/{number}" if number > 1 else ""),
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


async def load_with_owners(payment_ids: Iterable[str], owners: Iterable[str], uow: CashWork) -> dict[str, Payment]:
    """Payments, their customers locked before them; who got one meanwhile is locked as well."""
    await uow.books(owners)
    payments = await uow.payments.load(payment_ids)
    await uow.books({p.customer_id for p in payments.values() if p.customer_id is not None})
    return payments


def _why_not(returned: Return, found: Sequence[Payment], received: Decimal | int) -> str:
    if returned.original_bank_reference is None:
        return "the bank does not say which payment was returned"
    objection = returned.objection(found)
    if objection:
        return objection
    if returned.amount != received:
        return f"{returned.amount} {returned.currency} was returned of a payment of {received}"
    return ""
