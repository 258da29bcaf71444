"""Returned payments over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import Clerk
from services.cash_app.payments.schemas import BookingResult
from services.cash_app.returns import commands
from services.cash_app.returns.schemas import MatchBody
from services.cash_app.work import CashWork
from shared.chassis.http.schemas import WithReason

router = APIRouter()


@router.post("/returns/{return_id:path}/match")
async def match_return(return_id: str, body: MatchBody, command: Clerk) -> BookingResult:
    """Matches a return with the payment that the bank took back: what it settled is owed again, with the fee."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.match_return(return_id, body.payment_id, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/returns/{return_id:path}/unmatch")
async def unmatch_return(return_id: str, body: WithReason, command: Clerk) -> BookingResult:
    """The return belongs to another payment: its money is unapplied again, fee and claim are cancelled."""

    async def work(uow: CashWork) -> BookingResult:
        return BookingResult.of(await commands.unmatch_return(return_id, body.reason, command, uow))

    return await command.run(work, body)
