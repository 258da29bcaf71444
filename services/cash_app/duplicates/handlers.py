"""Possible duplicates among received payments are held until a person decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.duplicates.domain import (
    ComparedPayment,
    DuplicateCandidates,
    bank_data_evidence,
    compared,
    settles_nothing,
)
from services.cash_app.duplicates.policy import DUPLICATE_RULES
from services.cash_app.duplicates.repeats import PUBLISHER_OF_FILES, Doubt
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.store import remittance_from_json
from services.cash_app.work import CashWork
from shared.contracts.erp import PaymentReceived
from shared.kernel.money import round_half_up


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
    """Holds a payment that may be an earlier one; it stays unapplied until a person decides."""
    new = compared(payment, event.trace_number, from_file=event.context.source == PUBLISHER_OF_FILES)
    found = _repeated(payment, new, candidates, book)
    candidates.add(new)
    if found is None:
        return False
    first, evidence = found
    hold(payment, Doubt(first.payment_id, evidence), uow)
    return True


def hold(payment: Payment, doubt: Doubt, uow: CashWork) -> None:
    """Holds a payment; it stays unapplied, or in suspense, until a person decides."""
    payment.remark([doubt.why])
    uow.append(
        "insert_held_duplicates",
        (payment.payment_id, payment.customer_id, doubt.first_payment_id, payment.value_date, doubt.why, "held"),
    )
    uow.count("payments_held")


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
