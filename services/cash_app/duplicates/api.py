"""Possible duplicates over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import Clerk
from services.cash_app.duplicates import commands
from services.cash_app.payments.schemas import BookingResult, WithVersion
from services.cash_app.work import CashWork

router = APIRouter()


@router.post("/payments/{payment_id:path}/release")
async def release_duplicate(payment_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """The payment is no duplicate: it is applied by the rules like any other."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.release_duplicate(payment_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/declare-repeat")
async def declare_repeat(payment_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """The bank reported the money of an earlier payment again: the receipt of this one is undone."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.declare_repeat(payment_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)
