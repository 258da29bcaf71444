"""Manual application, and what it teaches about round payments, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import Books, Clerk, ClerkOrController, Reader
from services.cash_app.application import round_sum_lessons
from services.cash_app.application.commands import RequestedApplication, apply_many, apply_one
from services.cash_app.application.schemas import ApplyPayment, ApplyPayments, EndedLesson, RoundSumLesson
from services.cash_app.payments.schemas import BookingResult, PaymentOutcome
from services.cash_app.work import CashWork
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import Identifier

router = APIRouter()


@router.post("/payments/{payment_id:path}/apply")
async def apply_payment(payment_id: str, body: ApplyPayment, command: Clerk) -> PaymentOutcome:
    """Settles items with unapplied or on-account money, exactly as requested; other customers' items by policy."""

    async def work(uow: CashWork) -> PaymentOutcome:
        requested = RequestedApplication(payment_id, [line.requested() for line in body.lines])
        return PaymentOutcome.of(await apply_one(requested, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/work-queues/applications")
async def apply_payments(body: ApplyPayments, command: Clerk) -> BookingResult:
    """Several payments settle several items of their customers in one balanced step: all of it, or nothing."""

    async def work(uow: CashWork) -> BookingResult:
        requests = [each.requested() for each in body.payments]
        result = BookingResult.of(await apply_many(requests, body.reason, command, uow))
        return result.model_copy(update={"reopened": []})

    return await command.run(work, body)


@router.get("/round-sum-lessons")
async def lessons(
    *,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    ended: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RoundSumLesson]:
    """Round payments that clerks applied to the oldest items, the latest first; with `ended` also those that no longer
    count."""
    (before,) = decode_cursor(cursor, 1, int) if cursor else (None,)
    rows = await db.fetch("view_round_sum_lessons", customer_id, ended, before, limit + 1)
    return Page[RoundSumLesson].of(rows, limit, RoundSumLesson.of, lambda row: (row["lesson_id"],))


@router.post("/round-sum-lessons/{lesson_id}/end")
async def end_lesson(lesson_id: int, body: WithReason, command: ClerkOrController) -> EndedLesson:
    """The lesson no longer counts; what was applied by it stays."""

    async def work(uow: CashWork) -> EndedLesson:
        return EndedLesson(**await round_sum_lessons.end_lesson(lesson_id, body.reason, command, uow))

    return await command.run(work, body)
