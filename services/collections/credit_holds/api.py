"""Credit holds over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter

from services.collections.access import Books, CreditCommand, Reader
from services.collections.credit_holds import commands
from services.collections.credit_holds.schemas import HoldView
from services.collections.credit_holds.store import hold_from_row
from services.collections.work import CollectionsWork
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import Identifier

router = APIRouter()


@router.get("/holds")
async def list_holds(
    *,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    state: Literal["active", "lifted"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HoldView]:
    """Credit holds that followed broken promises, in the order they were requested."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    active = None if state is None else state == "active"
    rows = await db.fetch("list_holds", *position, customer_id, active, limit + 1)
    return Page.of(
        rows,
        limit,
        lambda row: HoldView.of(hold_from_row(row)),
        lambda row: [row["requested_on"], row["hold_id"]],
    )


@router.post("/holds/{hold_id:path}/lift")
async def lift_hold(*, hold_id: Identifier, body: WithReason, command: CreditCommand) -> HoldView:
    """Lifts a credit hold before its promise is paid; the promise stays broken."""

    async def work(uow: CollectionsWork) -> HoldView:
        hold = await commands.find_hold(hold_id, uow)
        before = HoldView.of(hold)
        await commands.lift_hold(hold, body.reason, command, uow)
        after = HoldView.of(hold)
        uow.audit(command, action="lift_hold", subject=hold_id, before=before, after=after)
        return after

    return await command.run(work, body)
