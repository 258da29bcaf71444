"""The journal's daily submission and the general ledger's answers, for whichever service keeps a journal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from shared.chassis.daily import DailyRun
from shared.chassis.errors import Refused
from shared.chassis.handlers import Handlers
from shared.chassis.unit_of_work import UnitOfWork
from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.kernel.journal import AccountTotal
from shared.ledger.batches import BatchState, JournalBatch
from shared.ledger.store import account_total, load_batches, load_totals, save_batches, submission

POSTINGS_PER_CHUNK: Final = 20_000


def register(handlers: Handlers) -> None:
    """Adds to the service's declarations what the journal hears and does daily."""
    source = handlers.service

    @handlers.handles(JournalBatchPosted)
    async def record_posted(events: list[JournalBatchPosted], uow: UnitOfWork) -> None:
        """What the ledger booked is posted; where it booked other totals than were sent, that is kept and shown."""
        mine = [event for event in events if event.source == source]
        batches = await _answered(uow, mine)
        sent = await load_totals(uow, batches.values())
        changed = {}
        for event in mine:
            batch = batches[event.batch_id]
            booked = [AccountTotal(total.account, total.debit, total.credit) for total in event.totals]
            if batch.posted(sent[batch.batch_id], booked):
                changed[batch.batch_id] = batch
        await save_batches(uow, changed.values())

    @handlers.handles(JournalBatchRejected)
    async def record_rejected(events: list[JournalBatchRejected], uow: UnitOfWork) -> None:
        """A rejected batch keeps its reason and waits for a controller."""
        mine = [event for event in events if event.source == source]
        batches = await _answered(uow, mine)
        changed = {}
        for event in mine:
            batch = batches[event.batch_id]
            if batch.rejected(event.attempt, event.reason):
                changed[batch.batch_id] = batch
        await save_batches(uow, changed.values())

    @handlers.daily("journal", chunk=POSTINGS_PER_CHUNK)
    async def submit_journal(run: DailyRun, uow: UnitOfWork) -> str | None:
        """Every posting of a day that is over goes to the general ledger, summed by account, in exactly one batch."""
        rows = await uow.fetch("open_journal_batches", run.company_id, run.business_date, run.service, run.limit)
        for batch_id, of_batch in groupby(rows, key=lambda row: row["batch_id"]):
            batch, totals = _opened(run, batch_id, list(of_batch))
            uow.emit(submission(source, batch, totals), cause=run)
        full = bool(rows) and rows[0]["postings_taken"] == run.limit
        return rows[-1]["batch_id"] if full else None


async def _answered(
    uow: UnitOfWork, events: Sequence[JournalBatchPosted | JournalBatchRejected]
) -> dict[str, JournalBatch]:
    """The batches the ledger speaks of. Raises Refused for one that this service never submitted."""
    batches = await load_batches(uow, (event.batch_id for event in events)) if events else {}
    for event in events:
        if event.batch_id not in batches:
            raise Refused(
                f"the general ledger answers batch {event.batch_id!r}, which {event.source} never submitted: "
                "ask the ledger's people where it comes from"
            )
    return batches


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
