"""Manual application: a payment's money for items of its customer and, by policy, of others, in one balanced step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.cash_app.application.domain.application_rules import ApplicationRules
from services.cash_app.application.domain.manual_application import (
    LineNotAllowed,
    ManualApplication,
    ManualLine,
    apply_manually,
)
from services.cash_app.application.policy import APPLICATION_RULES, MANUAL_APPLICATION_RULES
from services.cash_app.application.round_sum_lessons import choice_by_hand, keep_choice
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.payments.domain.payment import Payment, PaymentState, WrongState
from services.cash_app.payments.domain.splitting import NotSplittable, Part, split
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict, Unprocessable
from shared.chassis.transaction.command import Command

ResidualHandling = Literal["keep", "on_account"]


@dataclass(frozen=True, slots=True)
class RequestedLine:
    """Cash and discount for one item, in the payment's currency."""

    item_id: str
    amount: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True)
class RequestedApplication:
    """What one payment settles, and what happens to the rest of it."""

    payment_id: str
    lines: Sequence[RequestedLine]
    expected_version: int | None = None
    residual_handling: ResidualHandling = "keep"


async def apply_one(requested: RequestedApplication, reason: str, command: Command, uow: CashWork) -> Outcome:
    """Settles items with one payment, exactly as requested; other customers' items by policy."""
    owners = await _lock_owners({line.item_id for line in requested.lines}, uow)
    payment, bookings = await uow.lock_payment(requested.payment_id), Bookings()
    await _settle(
        payment, requested.lines, owners, f"{reason} ({command.person.name})", _Settling(uow, bookings, command)
    )
    action = Action("apply_payment", reason, {"lines": requested.lines}, decides=False)
    uow.post_action(bookings, command, action, payment)
    return Outcome((payment,), bookings)


async def apply_many(requests: Sequence[RequestedApplication], reason: str, command: Command, uow: CashWork) -> Outcome:
    """Several payments settle several items of their customers in one balanced step: all of it, or nothing."""
    ids = [requested.payment_id for requested in requests]
    if len(set(ids)) < len(ids):
        raise Unprocessable("a payment is named twice: give each payment one entry with all its lines")
    owners = await _lock_owners({line.item_id for requested in requests for line in requested.lines}, uow)
    payers = [row["customer_id"] for row in await uow.fetch("customers_of_payments", ids)]
    await uow.lock_payments(ids, payers)
    settling, changed = _Settling(uow, Bookings(), command), []
    why = f"{reason} ({command.person.name})"
    actions: list[tuple[Action, Payment]] = []
    for requested in requests:
        payment = await uow.lock_payment(requested.payment_id, requested.expected_version)
        parts = await _settle(payment, requested.lines, owners, why, settling)
        if requested.residual_handling == "on_account" and payment.state is PaymentState.UNAPPLIED:
            payment.stop_waiting((await uow.pending_of([payment])).get(payment.payment_id, []))
            payment.put_on_account(max(payment.held_since, uow.business_date_of(payment.company_id)), settling.bookings)
        actions.append((Action("apply_payment", reason, {"lines": requested.lines}), payment))
        changed += [payment, *parts]
    uow.post(settling.bookings, cause=command)
    for action, payment in actions:
        uow.record_action(command, action, payment)
    return Outcome(tuple(changed), settling.bookings)


@dataclass(frozen=True, slots=True)
class _Settling:
    uow: CashWork
    bookings: Bookings
    command: Command


async def _lock_owners(item_ids: Collection[str], uow: CashWork) -> dict[str, str]:
    """The customers of items; they are locked, which has to be before any payment is."""
    rows = await uow.fetch("owners_of_items", sorted(item_ids))
    owners = {row["item_id"]: row["customer_id"] for row in rows}
    missing = sorted(set(item_ids) - owners.keys())
    if missing:
        raise Unprocessable(f"there is no item {', '.join(map(repr, missing[:5]))}: GET /open-items lists what is owed")
    await uow.subledgers(owners.values())
    return owners


async def _settle(
    payment: Payment, lines: Sequence[RequestedLine], owners: dict[str, str], why: str, settling: _Settling
) -> list[Payment]:
    """Settles exactly these lines; returns the parts of other customers.

    Money for another customer's items is split off as a part of theirs first. Raises Conflict, Unprocessable.
    """
    uow, bookings, customer_id = settling.uow, settling.bookings, payment.customer_id
    if customer_id is None:
        raise Conflict(f"payment {payment.payment_id} is in suspense: assign it to a customer first")
    items = await uow.items.load((owners[line.item_id], line.item_id) for line in lines)
    for item in items.values():
        if item.currency != payment.currency:
            await uow.load_rates((payment.currency, item.currency), (payment.value_date, item.document_date))
    of: defaultdict[str, list[ManualLine]] = defaultdict(list)
    for line in lines:
        item = items[owners[line.item_id], line.item_id]
        of[item.customer_id].append(ManualLine(item, line.amount, line.discount))
    others = sorted(of.keys() - {customer_id})
    await _check_other_customers(payment, others, uow)
    choice = await choice_by_hand(payment, of[customer_id], others, uow)
    try:
        asked = [Part(owner, sum((line.cash for line in of[owner]), Decimal(0))) for owner in others]
        parts = await _split_off(payment, asked, why, settling)
        for paying in (payment, *parts) if of[customer_id] else parts:
            owner = paying.customer_id or ""
            book = await uow.subledger(owner)
            for of_owner in of[owner]:
                book.add_item(of_owner.item)
            pending = (await uow.pending_of([paying])).get(paying.payment_id, [])
            decision = ManualApplication(of[owner], why, uow.days.of(paying.company_id))
            apply_manually(paying, decision, pending, book, bookings)
    except WrongState as error:
        raise Conflict(str(error)) from None
    except (LineNotAllowed, NotSplittable) as error:
        raise Unprocessable(str(error)) from None
    await keep_choice(choice, payment, settling.command, uow)
    return parts


async def _check_other_customers(payment: Payment, others: Sequence[str], uow: CashWork) -> None:
    """Raises Unprocessable where the policy does not let the payment's customer settle the others' items."""
    if not others:
        return
    today = uow.business_date_of(payment.company_id)
    policy = (await uow.policy(MANUAL_APPLICATION_RULES)).on(today).document.items_of_other_customers
    groups = (await uow.policy(APPLICATION_RULES)).on(payment.value_date).document
    owner = payment.customer_id or ""
    for other in others:
        if policy == "any" or (policy == "payer_group" and _of_one_payer_group(groups, owner, other)):
            continue
        permitted = "accounts of one payer group" if policy == "payer_group" else "no other customers"
        raise Unprocessable(
            f"the items belong to customer {other}, the payment to customer {owner}: transfer or split the payment "
            f"first; the policy manual_application_rules (items_of_other_customers: {policy}) permits {permitted}"
        )


def _of_one_payer_group(groups: ApplicationRules, one: str, other: str) -> bool:
    return groups.pays_for(one, other) or groups.pays_for(other, one) or groups.of_one_parent(one, other)


async def _split_off(payment: Payment, asked: Sequence[Part], why: str, settling: _Settling) -> list[Payment]:
    """The others' parts, each a payment of its own, as a split by a clerk makes them."""
    if not asked:
        return []
    uow = settling.uow
    made_before = len(await uow.fetch("parts_of_payment", payment.payment_id))
    (await uow.subledger(payment.customer_id or "")).credit_withdrawn(payment)
    parts = split(payment, asked, made_before, uow.business_date_of(payment.company_id), settling.bookings)
    for part in parts:
        part.identified_by = f"paid by customer {payment.customer_id}: {why}"[:500]
    return parts
