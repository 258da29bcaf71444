"""Money out of suspense: its customer was assigned or became known; it is split and applied like any other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.application.policy import APPLICATION_RULES
from services.cash_app.identification.domain.identification import Identification, PayerKnowledge
from services.cash_app.identification.domain.payer_split import Share, shares
from services.cash_app.identification.payer_groups import load_payer_groups
from services.cash_app.identification.store import identify_payers, store_payer_candidates, suspended_payer_details
from services.cash_app.open_items.domain.document_number import document_key
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.payments.domain.splitting import Part, split
from services.cash_app.work import CashWork
from shared.chassis.transaction.unit_of_work import Cause

Suspended = Mapping[str, Any]
"""A row of a payment in suspense: what it states about its payer, and its unapplied amount."""


@dataclass(frozen=True, slots=True)
class _Assignment:
    """The payer's identification, other customers' shares, and how many parts were split off before."""

    payer: Identification
    others: Sequence[Share]
    parts_before: int


async def assign(
    suspended: Sequence[Suspended], identified: Mapping[str, Identification], uow: CashWork
) -> list[tuple[Payment, Bookings]]:
    """Takes payments out of suspense and applies them by the rules; other customers' shares go to them.

    `identified` by payment id. The business date is today, or the value date where that is later. Payments that are no
    longer in suspense are left alone.
    """
    others = await _shares_of(suspended, identified, uow)
    # Customers are locked before their payments, here as everywhere; a clerk may have been quicker.
    owners = {one.customer_id for one in identified.values() if one.customer_id is not None}
    books = await uow.subledgers({*owners, *(share.customer_id for of in others.values() for share in of)})
    seen = {row["payment_id"]: row["unapplied_amount"] for row in suspended}
    found = (await uow.payments.load(identified)).values()
    made_before = await _count_parts(others, uow)
    assigned: list[tuple[Payment, Bookings]] = []
    parts: list[tuple[Payment, Bookings]] = []
    for payment in sorted((p for p in found if p.state is PaymentState.SUSPENSE), key=lambda p: p.age):
        bookings, key = Bookings(), payment.payment_id
        of_others = others.get(key, []) if payment.unapplied_amount == seen.get(key) else []
        day = max(payment.held_since, uow.days.of(payment.company_id) or payment.value_date)
        made = _take_out(payment, _Assignment(identified[key], of_others, made_before.get(key, 0)), day, bookings)
        assigned.append((payment, bookings))
        parts += [(p, bookings) for p in (payment, *made) if p.state is PaymentState.UNAPPLIED]
    await uow.load_items_for(payment for payment, _ in parts)
    for payment, bookings in parts:
        apply_payment(payment, books[payment.customer_id or ""], bookings)
    return assigned


async def retry_suspended(suspended: Sequence[Suspended], cause_of: Callable[[Payment], Cause], uow: CashWork) -> None:
    """Identifies payers of money in suspense again, and applies what is identified now."""
    payers = [(suspended_payer_details(row), row["value_date"]) for row in suspended]
    ids = (row["payment_id"] for row in suspended)
    identified = dict(zip(ids, (await identify_payers(payers, uow))[0], strict=True))
    await store_payer_candidates(identified.items(), uow, replace=True)
    found = {key: one for key, one in identified.items() if one.customer_id is not None}
    for payment, bookings in await assign([row for row in suspended if row["payment_id"] in found], found, uow):
        uow.post(bookings, cause=cause_of(payment))


async def retry_suspense_of(by_customer: Mapping[str, Cause], by_account: Mapping[str, Cause], uow: CashWork) -> None:
    """Retries money in suspense whose customer or account has become known, by what made it known."""

    def cause_of(payment: Payment) -> Cause:
        account = by_account.get(payment.payer_account or "")
        return by_customer.get(payment.customer_id or "") or account or min(by_customer.items())[1]

    if by_customer or by_account:
        suspended = await uow.fetch("suspended_for", sorted(by_customer), sorted(by_account))
        await retry_suspended(suspended, cause_of, uow)


async def _shares_of(
    suspended: Sequence[Suspended], identified: Mapping[str, Identification], uow: CashWork
) -> dict[str, list[Share]]:
    """By payment id, what of it belongs to other customers than its payer."""
    payers = [suspended_payer_details(row) for row in suspended]
    numbers = [document_key(line.document_number) for payer in payers for line in payer.remittance]
    known = PayerKnowledge(documents=await uow.known_documents(numbers), references=uow.known_references)
    versions = await uow.policy(APPLICATION_RULES)
    asked = [
        (payer, identified[row["payment_id"]], versions.on(row["value_date"]).document)
        for row, payer in zip(suspended, payers, strict=True)
    ]
    groups = await load_payer_groups(asked, uow)
    return {
        row["payment_id"]: groups.reserve(
            found, shares(payer, row["unapplied_amount"], found, known, rules, group=groups.of(found))
        )
        for row, (payer, found, rules) in zip(suspended, asked, strict=True)
    }


async def _count_parts(others: Mapping[str, Sequence[Share]], uow: CashWork) -> Mapping[str, int]:
    """How many parts were split off these payments before."""
    split_now = sorted(payment_id for payment_id, of in others.items() if of)
    rows = await uow.fetch("parts_of_payments", split_now) if split_now else []
    return Counter(row["payment_id"] for row in rows)


def _take_out(payment: Payment, assignment: _Assignment, day: date, bookings: Bookings) -> list[Payment]:
    """Other customers' shares become payments of their own; the rest goes to the payer."""
    others = assignment.others
    if len(others) == 1 and others[0].amount == payment.unapplied_amount:
        payment.assign(others[0].customer_id, day, others[0].why, bookings)
        return []
    asked = [Part(share.customer_id, share.amount) for share in others]
    parts = split(payment, asked, assignment.parts_before, day, bookings)
    for part, share in zip(parts, others, strict=True):
        part.remittance, part.identified_by = share.lines, share.why
    elsewhere = {line.document_number for share in others for line in share.lines}
    payment.remittance = tuple(line for line in payment.remittance if line.document_number not in elsewhere)
    if payment.state is PaymentState.SUSPENSE:
        payment.assign(assignment.payer.customer_id or "", day, assignment.payer.why, bookings)
    return parts
