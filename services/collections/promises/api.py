"""Promises over HTTP."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.collections.access import Books, CollectorCommand, Reader
from services.collections.promises import commands
from services.collections.promises.domain.promise import PromiseState
from services.collections.promises.schemas import PromiseToPay, PromiseView
from services.collections.promises.store import promise_from_row
from services.collections.work import CollectionsWork
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import BusinessDate, Identifier

router = APIRouter()


@router.get("/promises")
async def list_promises(
    *,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    state: PromiseState | None = None,
    due_from: BusinessDate | None = None,
    due_until: BusinessDate | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PromiseView]:
    """Promises in the order they are due."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("list_promises", *position, customer_id, state, due_from, due_until, limit + 1)
    return Page.of(
        rows,
        limit,
        lambda row: PromiseView.of(promise_from_row(row)),
        lambda row: [row["due_on"], row["promise_id"]],
    )


@router.post("/customers/{customer_id:path}/promises", status_code=201)
async def make_promise(*, customer_id: Identifier, body: PromiseToPay, command: CollectorCommand) -> PromiseView:
    """Records a promise to pay. A customer has at most one open or due promise per currency."""

    async def work(uow: CollectionsWork) -> PromiseView:
        promise = await commands.make_promise(customer_id, body.terms(), command, uow)
        uow.audit(command, action="make_promise", subject=promise.promise_id, before=None, after=body)
        return PromiseView.of(promise)

    return await command.run(work, body)


@router.post("/promises/{promise_id:path}/cancel")
async def cancel_promise(*, promise_id: Identifier, body: WithReason, command: CollectorCommand) -> PromiseView:
    """Cancels a promise that was not judged yet, so that another can be made."""

    async def work(uow: CollectionsWork) -> PromiseView:
        promise = await commands.find_promise(promise_id, uow)
        before = PromiseView.of(promise)
        commands.cancel_promise(promise, body.reason, command, uow)
        after = PromiseView.of(promise)
        uow.audit(command, action="cancel_promise", subject=promise_id, before=before, after=after)
        return after

    return await command.run(work, body)
