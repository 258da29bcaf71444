"""Application by hand: a payment's money for items of its customer and, by policy, of others, in one balanced step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.by_hand import HandLine, NotAllowed, apply_by_hand
from services.cash_app.domain.exchange import both_ways
from services.cash_app.domain.payments import Payment, WrongState
from services.cash_app.domain.splitting import NotSplittable, Part, split
from services.cash_app.returning import DESK_RULES
from services.cash_app.rules_in_force import APPLICATION_RULES
from services.cash_app.store import CashWork
from services.cash_app.undoing import awaited_of
from services.cash_app.views import ApplyLine
from services.cash_app.views_desk import DeskLine
from shared.chassis.http import Conflict, Unprocessable


async def owners_of(item_ids: Collection[str], uow: CashWork) -> dict[str, str]:
    """Whose the items are; these customers are locked, which has to be before any payment is."""
    rows = await uow.fetch("owners_of_items", sorted(item_ids))
    owners = {row["item_id"]: row["customer_id"] for row in rows}
    missing = sorted(set(item_ids) - owners.keys())
    if missing:
        raise Unprocessable(f"there is no item {', '.join(map(repr, missing[:5]))}: GET /open-items lists what is owed")
    await uow.books(owners.values())
    return owners


async def settle_by_hand(
    payment: Payment,
    lines: Sequence[ApplyLine] | Sequence[DeskLine],
    owners: dict[str, str],
    why: str,
    uow: CashWork,
    bookings: Bookings,
) -> list[Payment]:
    """Settles exactly these lines, whose amounts are in the payment's currency; returns the parts of other customers.

    What is for another customer's items is split off as a part of theirs first. Raises Conflict, Unprocessable.
    """
    customer_id = payment.customer_id
    if customer_id is None:
        raise Conflict(f"payment {payment.payment_id} is in suspense: assign it to a customer first")
    items = await uow.items.load((owners[line.item_id], line.item_id) for line in lines)
    for item in items.values():
        if item.currency != payment.currency:
            days = (payment.value_date, item.document_date)
            await uow.know_rates(both_ways(payment.currency, item.currency, days))
    of: defaultdict[str, list[HandLine]] = defaultdict(list)
    for line in lines:
        item = items[owners[line.item_id], line.item_id]
        of[item.customer_id].append(HandLine(item, line.amount, line.discount))
    others = sorted(of.keys() - {customer_id})
    await _allow(payment, others, uow)
    try:
        asked = [Part(owner, sum((line.cash for line in of[owner]), Decimal(0))) for owner in others]
        parts = await _parts(payment, asked, why, uow, bookings)
        for paying in (payment, *parts) if of[customer_id] else parts:
            owner = paying.customer_id or ""
            book = (await uow.books([owner]))[owner]
            for of_owner in of[owner]:
                book.add_item(of_owner.item)
            awaited = (await awaited_of([paying], uow)).get(paying.payment_id, [])
            apply_by_hand(paying, of[owner], why, uow.today, awaited, book, bookings)
    except WrongState as error:
        raise Conflict(str(error)) from None
    except (NotAllowed, NotSplittable) as error:
        raise Unprocessable(str(error)) from None
    return parts


async def _allow(payment: Payment, others: Sequence[str], uow: CashWork) -> None:
    """Whether the payment's customer's money may settle others' items, by policy. Raises Unprocessable."""
    if not others:
        return
    policy = (await uow.policy(DESK_RULES)).on(uow.business_date).document.items_of_others
    families = (await uow.policy(APPLICATION_RULES)).on(payment.value_date).document
    owner = payment.customer_id or ""
    for other in others:
        family = (
            families.pays_for(owner, other) or families.pays_for(other, owner) or families.of_one_parent(owner, other)
        )
        if policy == "any" or (policy == "family" and family):
            continue
        raise Unprocessable(
            f"the items are customer {other}'s, the payment is customer {owner}'s: transfer or split the payment "
            f"first; the policy desk_rules (items_of_others: {policy}) lets only "
            f"{'a parent and those it pays for' if policy == 'family' else 'nobody'} pay for each other"
        )


async def _parts(payment: Payment, asked: Sequence[Part], why: str, uow: CashWork, bookings: Bookings) -> list[Payment]:
    """The others' parts, each a payment of its own, as a split by hand makes them."""
    if not asked:
        return []
    made_before = len(await uow.fetch("parts_of_payment", payment.payment_id))
    (await uow.books([payment.customer_id or ""]))[payment.customer_id or ""].credit_withdrawn(payment)
    parts = split(payment, asked, made_before, uow.business_date, bookings)
    for part in parts:
        part.identified_by = f"paid by customer {payment.customer_id}: {why}"[:500]
        uow.append("insert_parts", (uow.payments.put(part).payment_id, payment.payment_id, part.held_since))
    return parts
