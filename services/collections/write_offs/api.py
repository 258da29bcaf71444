"""Write-offs over HTTP. `GET /approvals?kind=write_off` lists the requests."""

from __future__ import annotations

from fastapi import APIRouter

from services.collections.access import ApproverCommand, CollectorCommand
from services.collections.work import CollectionsWork
from services.collections.write_offs import commands
from services.collections.write_offs.schemas import RequestedWriteOff
from shared.chassis.http.schemas import WithReason
from shared.components.approvals.schemas import ApprovalView
from shared.contracts.event import Identifier

router = APIRouter()


@router.post("/items/{item_id:path}/write-off", status_code=202)
async def request_write_off(*, item_id: Identifier, body: RequestedWriteOff, command: CollectorCommand) -> ApprovalView:
    """Requests to write off what an item owes; a second person approves before anything is posted."""

    async def work(uow: CollectionsWork) -> ApprovalView:
        return ApprovalView.of(await commands.request_write_off(item_id, body.amount, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/write-offs/{approval_id}/approve")
async def approve_write_off(*, approval_id: str, body: WithReason, command: ApproverCommand) -> ApprovalView:
    """A second person with enough authority approves; cash application posts it."""

    async def work(uow: CollectionsWork) -> ApprovalView:
        return ApprovalView.of(await commands.approve_write_off(approval_id, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/write-offs/{approval_id}/decline")
async def decline_write_off(*, approval_id: str, body: WithReason, command: ApproverCommand) -> ApprovalView:
    """A second person declines; the item stays owed."""

    async def work(uow: CollectionsWork) -> ApprovalView:
        return ApprovalView.of(await commands.decline_write_off(approval_id, body.reason, command, uow))

    return await command.run(work, body)
