"""Work queues over HTTP: entries with all that decides them, the approvals of a second person, failed events."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from services.cash_app.access import Approver, Books, Clerk, Reader
from services.cash_app.work import CashWork
from services.cash_app.work_queues import commands
from services.cash_app.work_queues.detail import detail, missing
from services.cash_app.work_queues.domain import Queue, evidence_of
from services.cash_app.work_queues.failed_events import failed_event, failed_totals
from services.cash_app.work_queues.schemas import FailedEvent, QueueEntry, QueueEntryDetail, QueueTotal, Retried
from shared.chassis.consume.dead_letter_replay import DeadLetterReplay
from shared.chassis.http import Conflict, Cursor, Limit, Page, dead_letter_replay, decode_cursor
from shared.chassis.http.schemas import WithReason
from shared.components.approvals.schemas import ApprovalView
from shared.contracts.event import Identifier

router = APIRouter()


@router.get("/work-queues")
async def queues(person: Reader, db: Books) -> list[QueueTotal]:
    """How much is in each queue. Suspense less returns is account 2100 and unmatched 2110; duplicates are in both."""
    return [*(QueueTotal.of(row) for row in await db.fetch("queue_totals")), *await failed_totals(db)]


@router.get("/work-queues/failed")
async def failed(person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50) -> Page[FailedEvent]:
    """Payments, returns, remittance advice and credit memos that could not be handled, with the reason and a remedy."""
    (after,) = decode_cursor(cursor, 1, UUID)
    rows = await db.fetch("failed_events", after, limit + 1)
    return Page[FailedEvent].of(rows, limit, failed_event, lambda row: [row["event_id"]])


@router.post("/work-queues/failed/{event_id}/retry")
async def retry(
    event_id: UUID, body: WithReason, replay: Annotated[DeadLetterReplay, dead_letter_replay()], command: Clerk
) -> Retried:
    """Handles the event again, once for all repeats of the request. 409 with the reason where it fails again."""
    await command.answer_repeat()
    # The retry has transactions of its own and takes effect once by itself, so it goes before the command's.
    outcome = await replay.replay(event_id, by=command.person.name)
    if outcome.status == "failed":
        raise Conflict(f"{event_id} could not be handled again: {outcome.error}")

    async def work(uow: Any) -> Retried:
        after = {"status": outcome.status, "reason": body.reason}
        uow.audit(command, action="retry_failed", subject=str(event_id), before=None, after=after)
        return Retried(event_id=event_id, status=outcome.status)

    return await command.run(work, body)


@router.get("/work-queues/{queue}")
async def entries(
    *,
    queue: Queue,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[QueueEntry]:
    """The entries of a queue, the oldest first."""
    after = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch(f"queue_{queue}", *after, limit + 1, customer_id, None, company_id)
    return Page[QueueEntry].of(
        rows,
        limit,
        lambda row: QueueEntry.of({"queue": queue, "evidence": evidence_of(queue, row), **row}),
        lambda row: [row["since"], row["entry_id"]],
    )


@router.get("/work-queues/{queue}/{entry_id:path}")
async def entry(queue: Queue, entry_id: str, person: Reader, db: Books) -> QueueEntryDetail:
    """One entry with evidence, suggestion, candidates, open items, and what was done about it before."""
    row = await db.fetchrow(f"queue_{queue}", None, None, 1, None, entry_id, None)
    if row is None:
        raise missing(queue, entry_id)
    return await detail(queue, entry_id, row, db)


@router.post("/approvals/{approval_id}/approve")
async def approve(approval_id: str, body: WithReason, command: Approver) -> ApprovalView:
    """A second person, with enough authority, approves: the refund or write-off is posted."""

    async def work(uow: CashWork) -> ApprovalView:
        return ApprovalView.of(await commands.approve(approval_id, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/approvals/{approval_id}/decline")
async def decline(approval_id: str, body: WithReason, command: Approver) -> ApprovalView:
    """A second person declines; nothing is posted."""

    async def work(uow: CashWork) -> ApprovalView:
        return ApprovalView.of(await commands.decline(approval_id, body.reason, command, uow))

    return await command.run(work, body)
