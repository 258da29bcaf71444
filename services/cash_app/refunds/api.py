"""Refunds over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import ClerkOrController
from services.cash_app.payments.schemas import PaymentStanding
from services.cash_app.refunds import commands
from services.cash_app.refunds.schemas import RefundBody
from services.cash_app.work import CashWork
from shared.chassis.http.schemas import WithReason
from shared.components.approvals.schemas import ApprovalView

router = APIRouter()


@router.post("/payments/{payment_id:path}/refund", status_code=202)
async def request_refund(payment_id: str, body: RefundBody, command: ClerkOrController) -> ApprovalView:
    """Requests that unapplied money is refunded; a second person has to approve."""

    async def work(uow: CashWork) -> ApprovalView:
        payment = await uow.lock_payment(payment_id, body.expected_version)
        return ApprovalView.of(await commands.request_refund(payment, body.amount, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/refunds/{refund_id}/cancel")
async def cancel_refund(refund_id: str, body: WithReason, command: ClerkOrController) -> PaymentStanding:
    """Cancels a refund that was not paid out: the money is unapplied again."""

    async def work(uow: CashWork) -> PaymentStanding:
        return PaymentStanding.of(await commands.cancel_refund(refund_id, body.reason, command, uow))

    return await command.run(work, body)
