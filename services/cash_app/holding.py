"""Payments told twice: found set-based, held for a person, and released by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.duplicates import Taken, TakenBefore, settles_nothing, taken
from services.cash_app.domain.payments import Payment
from services.cash_app.returning import DESK_RULES
from services.cash_app.store import CashWork
from shared.contracts.erp import RemittanceLine
from shared.kernel.money import round_half_up


async def taken_before(payments: Sequence[Payment], uow: CashWork) -> TakenBefore:
    """What these payments may repeat: payments of the same customers and amounts within the policy's days."""
    versions = await uow.policy(DESK_RULES)

    def days_max(value_date: date) -> int:
        return versions.on(value_date).document.duplicate_days

    before = TakenBefore(days_max)
    named = [payment for payment in payments if payment.customer_id is not None and payment.remittance]
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


def held_as_told_twice(payment: Payment, before: TakenBefore, book: CustomerBook, uow: CashWork) -> bool:
    """Holds a payment that came before under another bank reference; it stays unapplied until a person decides."""
    first = before.first_of(payment)
    before.add(taken(payment))
    if first is None or not settles_nothing(payment, book):
        return False
    evidence = before.evidence(payment, first)
    payment.remark([evidence])
    uow.append(
        "insert_held_duplicates",
        (payment.payment_id, payment.customer_id, first.payment_id, payment.value_date, evidence, "held"),
    )
    return True
