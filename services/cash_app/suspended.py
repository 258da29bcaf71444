"""Money out of suspense: whose it is was said by a person or became known; it is split and applied like any other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from services.cash_app.domain.application import apply_payment
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.identification import Identification, Knowledge
from services.cash_app.domain.payer_split import Share, shares
from services.cash_app.domain.payments import Payment, PaymentState
from services.cash_app.domain.splitting import Part, split
from services.cash_app.families import families_of
from services.cash_app.payers import keep_candidates, suspended_envelope, who_paid
from services.cash_app.recording import record
from services.cash_app.rules_in_force import APPLICATION_RULES
from services.cash_app.store import CashWork
from shared.chassis.transaction.unit_of_work import Cause

Suspended = Mapping[str, Any]
"""A row of a payment in suspense: what it says about its payer, and its unapplied amount."""


async def assign(
    suspended: Sequence[Suspended], whose: Mapping[str, Identification], uow: CashWork
) -> list[tuple[Payment, Bookings]]:
    """Takes payments out of suspense and applies them by the same rules as any other; others' shares go to them.

    `whose` by payment id. The business date is today, or the value date where that is later. Payments that are not in
    suspense any more are left alone.
    """
    others = await _shares_of(suspended, whose, uow)
    # Customers are locked before their payments, here as everywhere; a clerk may have been quicker.
    owners = {one.customer_id for one in whose.values() if one.customer_id is not None}
    books = await uow.books({*owners, *(share.customer_id for of in others.values() for share in of)})
    seen = {row["payment_id"]: row["unapplied_amount"] for row in suspended}
    found = (await uow.payments.load(whose)).values()
    made_before = await _parts_made(others, uow)
    assigned: list[tuple[Payment, Bookings]] = []
    parts: list[tuple[Payment, Bookings]] = []
    for payment in sorted((p for p in found if p.state is PaymentState.SUSPENSE), key=lambda p: p.age):
        bookings, key = Bookings(), payment.payment_id
        of_others = others.get(key, []) if payment.unapplied_amount == seen.get(key) else []
        day = max(payment.held_since, uow.today or payment.value_date)
        made = _take_out(payment, whose[key], of_others, made_before.get(key, 0), day, bookings)
        for part in made:
            uow.append("insert_parts", (uow.payments.put(part).payment_id, key, part.held_since))
        assigned.append((payment, bookings))
        parts += [(p, bookings) for p in (payment, *made) if p.state is PaymentState.UNAPPLIED]
    await uow.load_items_for(payment for payment, _ in parts)
    for payment, bookings in parts:
        for awaited in apply_payment(payment, books[payment.customer_id or ""], bookings):
            uow.awaited.put(awaited)
    return assigned


async def identify_newly_known(
    by_customer: Mapping[str, Cause], by_account: Mapping[str, Cause], uow: CashWork
) -> None:
    """Money in suspense is looked at again when its customer or account became known."""

    def cause_of(payment: Payment) -> Cause:
        account = by_account.get(payment.payer_account or "")
        return by_customer.get(payment.customer_id or "") or account or min(by_customer.items())[1]

    if by_customer or by_account:
        suspended = await uow.fetch("suspended_for", sorted(by_customer), sorted(by_account))
        await identify_suspended(suspended, cause_of, uow)


async def identify_suspended(
    suspended: Sequence[Suspended], cause_of: Callable[[Payment], Cause], uow: CashWork
) -> None:
    """Looks at money in suspense once more; what is somebody's beyond doubt now is applied."""
    payers = [(suspended_envelope(row), row["value_date"]) for row in suspended]
    whose = dict(zip((row["payment_id"] for row in suspended), (await who_paid(payers, uow))[0], strict=True))
    await keep_candidates(whose.items(), uow, looked_at_before=True)
    found = {key: one for key, one in whose.items() if one.customer_id is not None}
    for payment, bookings in await assign([row for row in suspended if row["payment_id"] in found], found, uow):
        record(uow, bookings, cause=cause_of(payment))


async def _shares_of(
    suspended: Sequence[Suspended], whose: Mapping[str, Identification], uow: CashWork
) -> dict[str, list[Share]]:
    """By payment id, what of it is others' than its payer's."""
    envelopes = [suspended_envelope(row) for row in suspended]
    numbers = [document_key(line.document_number) for payer in envelopes for line in payer.remittance]
    known = Knowledge(documents=await uow.documents_known(numbers))
    versions = await uow.policy(APPLICATION_RULES)
    asked = [
        (payer, whose[row["payment_id"]], versions.on(row["value_date"]).document)
        for row, payer in zip(suspended, envelopes, strict=True)
    ]
    families = await families_of(asked, uow)
    return {
        row["payment_id"]: families.taken(
            found, shares(payer, row["unapplied_amount"], found, known, rules, families.of(found))
        )
        for row, (payer, found, rules) in zip(suspended, asked, strict=True)
    }


async def _parts_made(others: Mapping[str, Sequence[Share]], uow: CashWork) -> Mapping[str, int]:
    """How many parts were split off these payments before."""
    split_now = sorted(payment_id for payment_id, of in others.items() if of)
    rows = await uow.fetch("parts_of_payments", split_now) if split_now else []
    return Counter(row["payment_id"] for row in rows)


def _take_out(
    payment: Payment, whose: Identification, others: Sequence[Share], made_before: int, day: date, bookings: Bookings
) -> list[Payment]:
    """Others' shares become payments of their own; the rest is the payer's."""
    if len(others) == 1 and others[0].amount == payment.unapplied_amount:
        payment.assign(others[0].customer_id, day, others[0].why, bookings)
        return []
    asked = [Part(share.customer_id, share.amount) for share in others]
    parts = split(payment, asked, made_before, day, bookings)
    for part, share in zip(parts, others, strict=True):
        part.remittance, part.identified_by = share.lines, share.why
    elsewhere = {line.document_number for share in others for line in share.lines}
    payment.remittance = tuple(line for line in payment.remittance if line.document_number not in elsewhere)
    if payment.state is PaymentState.SUSPENSE:
        payment.assign(whose.customer_id or "", day, whose.why, bookings)
    return parts
