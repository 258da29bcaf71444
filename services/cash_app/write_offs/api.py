"""Write-offs over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import Approver
from services.cash_app.work import CashWork
from services.cash_app.write_offs import commands
from services.cash_app.write_offs.schemas import WriteOffBody, WriteOffOutcome
from shared.chassis.http import Conflict
from shared.chassis.http.schemas import WithReason

router = APIRouter()


@router.post("/open-items/{item_id:path}/write-off")
async def request_write_off(item_id: str, body: WriteOffBody, command: Approver) -> WriteOffOutcome:
    """Writes off an item: at once within the person's authority, else a second person has to approve."""

    async def work(uow: CashWork) -> WriteOffOutcome:
        item = await uow.lock_item(item_id)
        if body.expected_version not in (None, item.item_version):
            raise Conflict(
                f"item {item_id} was changed in the meantime (it is at version {item.item_version}, you saw "
                f"{body.expected_version}): read it again"
            )
        return WriteOffOutcome.of(await commands.request_write_off(item, body.amount, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/write-offs/{write_off_id}/reverse")
async def reverse_write_off(write_off_id: str, body: WithReason, command: Approver) -> WriteOffOutcome:
    """Reopens what was written off, with its old due date."""

    async def work(uow: CashWork) -> WriteOffOutcome:
        return WriteOffOutcome.of(await commands.reverse(write_off_id, body.reason, command, uow))

    return await command.run(work, body)
