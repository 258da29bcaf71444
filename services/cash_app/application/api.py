"""Manual application over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import Clerk
from services.cash_app.application.commands import RequestedApplication, apply_many, apply_one
from services.cash_app.application.schemas import ApplyPayment, ApplyPayments
from services.cash_app.payments.schemas import BookingResult, PaymentOutcome
from services.cash_app.work import CashWork

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
