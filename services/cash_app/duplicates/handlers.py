"""Duplicates among received payments: repeats of a bank reference are set aside, possible duplicates are held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.duplicates.domain import (
    ComparedPayment,
    DuplicateCandidates,
    bank_data_evidence,
    compared,
    settles_nothing,
)
from services.cash_app.duplicates.policy import DUPLICATE_RULES
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.store import remittance_from_json
from services.cash_app.work import CashWork
from shared.chassis.errors import EventRejected
from shared.contracts.erp import PaymentReceived
from shared.kernel.money import round_half_up

_PUBLISHER_OF_FILES: Final = "cash_app"
"""The service itself publishes what files and deposit slips contain; the bank's feed is published by the ERP."""


async def without_repeats(received: Sequence[PaymentReceived], uow: CashWork) -> list[PaymentReceived]:
    """The payments whose bank reference is new; the others are stored as duplicates and change nothing.

    Raises EventRejected for a payment id that was received before under another bank reference.
    """
    first: dict[str, PaymentReceived] = {}
    for event in received:
        first.setdefault(event.bank_reference, event)
    claimed = await uow.fetch("claim_bank_references", list(first), [event.payment_id for event in first.values()])
    fresh = {row["bank_reference"] for row in claimed}
    new = [event for reference, event in first.items() if reference in fresh]
    again = [
        event for event in received if event.bank_reference not in fresh or event is not first[event.bank_reference]
    ]
    if again:
        rows = await uow.fetch("payments_of_references", sorted({event.bank_reference for event in again}))
        known = {row["bank_reference"]: row["payment_id"] for row in rows}
        for event in again:
            uow.append("insert_duplicates", _duplicate_row(event, known[event.bank_reference]))
    await _reject_reused_ids(new, uow)
    return new


async def find_duplicate_candidates(payments: Sequence[Payment], uow: CashWork) -> DuplicateCandidates:
    """What these payments may repeat: payments of the same customers and amounts within the policy's days."""
    versions = await uow.policy(DUPLICATE_RULES)

    def days_max(value_date: date) -> int:
        return versions.on(value_date).document.duplicate_days

    def holds(value_date: date) -> bool:
        return versions.on(value_date).document.possible_duplicates == "hold"

    candidates = DuplicateCandidates(days_max, holds=holds)
    identified = [payment for payment in payments if payment.customer_id is not None]
    if not identified:
        return candidates
    columns = (
        [p.customer_id for p in identified],
        [p.amount for p in identified],
        [p.value_date for p in identified],
        [p.payment_id for p in identified],
        [days_max(p.value_date) for p in identified],
    )
    for row in await uow.fetch("duplicate_candidates", *columns):
        values = dict(row)
        values["amount"] = round_half_up(row["amount"], row["currency"])
        values["remittance"] = remittance_from_json(row["remittance"])
        candidates.add(ComparedPayment(**values))
    return candidates


def hold_if_duplicate(
    payment: Payment, event: PaymentReceived, candidates: DuplicateCandidates, book: CustomerSubledger, uow: CashWork
) -> bool:
    """Holds a payment received before under another bank reference; it stays unapplied until a person decides."""
    new = compared(payment, event.trace_number, from_file=event.context.source == _PUBLISHER_OF_FILES)
    found = _repeated(payment, new, candidates, book)
    candidates.add(new)
    if found is None:
        return False
    first, evidence = found
    payment.remark([evidence])
    uow.append(
        "insert_held_duplicates",
        (payment.payment_id, payment.customer_id, first.payment_id, payment.value_date, evidence, "held"),
    )
    return True


def settle_held_duplicate(payment: Payment, state: str, uow: CashWork) -> None:
    """Ends the hold of a payment, if it is held: it was released, refunded or returned."""
    uow.append("settle_held_duplicates", (payment.payment_id, state))


def _repeated(
    payment: Payment, new: ComparedPayment, candidates: DuplicateCandidates, book: CustomerSubledger
) -> tuple[ComparedPayment, str] | None:
    same = candidates.with_same_bank_data(new)
    if same is not None:
        return same[0], bank_data_evidence(payment, *same)
    first = candidates.with_same_documents(payment)
    if first is None or not settles_nothing(payment, book):
        return None
    return first, candidates.evidence(payment, first)


async def _reject_reused_ids(new: Sequence[PaymentReceived], uow: CashWork) -> None:
    taken = {
        key: payment.bank_reference for key, payment in (await uow.payments.load(e.payment_id for e in new)).items()
    }
    for event in new:
        other = taken.setdefault(event.payment_id, event.bank_reference)
        if other != event.bank_reference:
            raise EventRejected(
                f"payment id {event.payment_id!r} was received before with bank reference {other!r}, now with "
                f"{event.bank_reference!r}: send it again under an id of its own"
            )


def _duplicate_row(event: PaymentReceived, first_payment_id: str) -> tuple[object, ...]:
    return (
        event.context.id,
        event.bank_reference,
        event.payment_id,
        first_payment_id,
        event.company_id,
        event.customer_id,
        event.currency,
        event.amount,
        event.value_date,
    )
