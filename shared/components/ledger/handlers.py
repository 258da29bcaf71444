"""The journal's daily submission and the general ledger's answers, for every service that keeps a journal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.handlers import DailyWork, Subscription, on
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components.ledger.deferred_answers import Answer, apply, apply_deferred, match_answers
from shared.components.ledger.domain import BatchState, JournalBatch
from shared.components.ledger.store import account_total, load_totals, save_batches, submission
from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.kernel.journal import AccountTotal

POSTINGS_PER_CHUNK: Final = 20_000


def subscriptions(source: str) -> tuple[Subscription, ...]:
    """The rows that the journal adds to the handler table of the service `source`, the producer of its batches."""

    async def record_posted(events: list[JournalBatchPosted], uow: UnitOfWork) -> None:
        """Marks batches as posted; a difference between the totals booked and the totals sent is stored and shown."""
        await _apply([event for event in events if event.source == source], uow)

    async def record_rejected(events: list[JournalBatchRejected], uow: UnitOfWork) -> None:
        """Marks batches as rejected, with the reason; a controller may submit them again."""
        await _apply([event for event in events if event.source == source], uow)

    return on(JournalBatchPosted, record_posted), on(JournalBatchRejected, record_rejected)


async def submit_journal(run: DailyRun, uow: UnitOfWork) -> str | None:
    """Submits the postings of past days to the general ledger, each in exactly one batch, summed by account."""
    await uow.execute("lock_journal_opening")
    rows = await uow.fetch("open_journal_batches", run.company_id, run.business_date, run.service, run.limit)
    opened, sent = {}, {}
    for batch_id, of_batch in groupby(rows, key=lambda row: row["batch_id"]):
        opened[batch_id], sent[batch_id] = _opened(run, batch_id, list(of_batch))
        uow.emit(submission(run.service, opened[batch_id], sent[batch_id]), cause=run)
    await apply_deferred(uow, opened, sent)
    full = bool(rows) and rows[0]["postings_taken"] == run.limit
    return rows[-1]["batch_id"] if full else None


SUBMIT_JOURNAL: Final = DailyWork("journal", submit_journal, chunk=POSTINGS_PER_CHUNK)


async def _apply(answers: Sequence[Answer], uow: UnitOfWork) -> None:
    matched = await match_answers(uow, answers)
    sent = await load_totals(uow, {batch.batch_id: batch for _, batch in matched}.values())
    changed = {batch.batch_id: batch for answer, batch in matched if apply(answer, batch, sent[batch.batch_id])}
    await save_batches(uow, changed.values())


def _opened(run: DailyRun, batch_id: str, rows: list[Any]) -> tuple[JournalBatch, list[AccountTotal]]:
    first = rows[0]
    batch = JournalBatch(
        batch_id=batch_id,
        company_id=run.company_id,
        currency=first["currency"],
        business_date=first["business_date"],
        sequence=first["sequence"],
        attempt=first["attempt"],
        state=BatchState.SUBMITTED,
    )
    return batch, [account_total(row, batch.currency) for row in rows]
