"""Remittance advice that needs review, over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import Clerk
from services.cash_app.payments.schemas import BookingResult
from services.cash_app.remittance_advice import commands
from services.cash_app.remittance_advice.schemas import AdviceBody
from services.cash_app.work import CashWork

router = APIRouter()


@router.post("/remittances/{advice_id:path}/decide")
async def decide_advice(advice_id: str, body: AdviceBody, command: Clerk) -> BookingResult:
    """Reverses what the money settled and applies it as advised, in one step; or leaves it as it is."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.decide_advice(advice_id, body.as_advised, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)
