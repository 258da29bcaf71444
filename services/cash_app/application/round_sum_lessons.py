"""What clerks teach about round payments: kept when they apply one by hand, ended when they decide otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from services.cash_app.application.domain.manual_application import ManualLine
from services.cash_app.application.domain.round_sum_lesson import Choice, choice_of, may_teach
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.work import CashWork
from shared.chassis.errors import NotFound
from shared.chassis.transaction.command import Command

_REASON_CHARACTERS_MAX: Final = 400


async def choice_by_hand(
    payment: Payment, lines: Sequence[ManualLine], others: Sequence[str], uow: CashWork
) -> Choice | None:
    """What a clerk chooses for a payment, before it is booked; `others` are other customers whose items it pays."""
    if payment.customer_id is None or not may_teach(payment):
        return None
    if others:
        return "other"
    await uow.load_items_for([payment])
    chosen = {line.item.item_id: line.cash for line in lines}
    return choice_of(payment, chosen, await uow.subledger(payment.customer_id))


async def keep_choice(choice: Choice | None, payment: Payment, command: Command, uow: CashWork) -> None:
    """Learns from a clerk's choice: to the oldest items is a lesson, to others ends what was learned before."""
    customer_id, company_id, payment_id = payment.customer_id, payment.company_id, payment.payment_id
    if choice == "oldest":
        row = (customer_id, company_id, payment_id, payment.currency, payment.amount, command.person.name)
        for lesson in await uow.fetch("learn_round_sum", *row, uow.business_date_of(company_id)):
            _audit(uow, command, "learn_round_sum", lesson["lesson_id"], {"payment_id": payment_id})
    elif choice == "other":
        reason = f"payment {payment_id} was applied to other items"[:_REASON_CHARACTERS_MAX]
        ended = await uow.fetch("end_round_sum_lessons", customer_id, company_id, command.person.name, reason)
        _audit_ended(ended, reason, command, uow)


async def end_lessons_of(payment_id: str, reason: str, command: Command, uow: CashWork) -> None:
    """A payment is corrected: what it taught, or what it was applied by, is no longer learned."""
    reason = f"payment {payment_id} was corrected: {reason}"[:_REASON_CHARACTERS_MAX]
    ended = await uow.fetch("end_round_sum_lessons_of", payment_id, command.person.name, reason)
    _audit_ended(ended, reason, command, uow)


async def end_lesson(lesson_id: int, reason: str, command: Command, uow: CashWork) -> Any:
    """A person ends a lesson; what was applied by it stays. Returns the row. Raises NotFound."""
    rows = await uow.fetch("end_round_sum_lesson", lesson_id, command.person.name, reason)
    if not rows:
        raise NotFound(f"there is no round-sum lesson {lesson_id} in force: GET /round-sum-lessons lists those")
    _audit_ended(rows, reason, command, uow)
    return rows[0]


def _audit_ended(ended: Sequence[Any], reason: str, command: Command, uow: CashWork) -> None:
    for row in ended:
        before = {"payment_id": row["payment_id"]}
        subject = f"round-sum lesson {row['lesson_id']}"
        uow.audit(command, action="end_round_sum_lesson", subject=subject, before=before, after={"reason": reason})


def _audit(uow: CashWork, command: Command, action: str, lesson_id: int, after: dict[str, str | None]) -> None:
    uow.audit(command, action=action, subject=f"round-sum lesson {lesson_id}", before=None, after=after)
