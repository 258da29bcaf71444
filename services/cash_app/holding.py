"""Payments told twice: found set-based, held for a person, and released by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Final

from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.duplicates import Taken, TakenBefore, settles_nothing, taken, told_again_evidence
from services.cash_app.domain.payments import Payment
from services.cash_app.returning import DESK_RULES
from services.cash_app.store import CashWork
from shared.contracts.erp import PaymentReceived, RemittanceLine
from shared.kernel.money import round_half_up

_OF_FILES: Final = "cash_app"
"""Who says what a file or a deposit slip tells; the bank's feed is said by the ERP."""


async def taken_before(payments: Sequence[Payment], uow: CashWork) -> TakenBefore:
    """What these payments may repeat: payments of the same customers and amounts within the policy's days."""
    versions = await uow.policy(DESK_RULES)

    def days_max(value_date: date) -> int:
        return versions.on(value_date).document.duplicate_days

    def holds(value_date: date) -> bool:
        return versions.on(value_date).document.told_again == "hold"

    before = TakenBefore(days_max, holds=holds)
    named = [payment for payment in payments if payment.customer_id is not None]
    if not named:
        return before
    columns = (
        [p.customer_id for p in named],
        [p.amount for p in named],
        [p.value_date for p in named],
        [p.payment_id for p in named],
        [days_max(p.value_date) for p in named],
    )
    for row in await uow.fetch("payments_alike", *columns):
        values = dict(row)
        values["amount"] = round_half_up(row["amount"], row["currency"])
        values["remittance"] = tuple(RemittanceLine.model_validate(line) for line in json.loads(row["remittance"]))
        before.add(Taken(**values))
    return before


def _repeated(payment: Payment, new: Taken, before: TakenBefore, book: CustomerBook) -> tuple[Taken, str] | None:
    again = before.told_again(new)
    if again is not None:
        return again[0], told_again_evidence(payment, *again)
    first = before.first_of(payment)
    if first is None or not settles_nothing(payment, book):
        return None
    return first, before.evidence(payment, first)


def held_as_told_twice(
    payment: Payment, told: PaymentReceived, before: TakenBefore, book: CustomerBook, uow: CashWork
) -> bool:
    """Holds a payment that came before under another bank reference; it stays unapplied until a person decides."""
    new = taken(payment, told.trace_number, from_file=told.context.source == _OF_FILES)
    found = _repeated(payment, new, before, book)
    before.add(new)
    if found is None:
        return False
    first, evidence = found
    payment.remark([evidence])
    uow.append(
        "insert_held_duplicates",
        (payment.payment_id, payment.customer_id, first.payment_id, payment.value_date, evidence, "held"),
    )
    return True
