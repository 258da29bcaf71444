"""Loading and saving journal batches, set-based; saved at once, so that the handlers that follow see the change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components.ledger.domain import BatchState, JournalBatch
from shared.contracts.journal import JournalBatchSubmitted, JournalTotal
from shared.kernel.journal import AccountTotal
from shared.kernel.money import round_half_up


async def load_batches(uow: UnitOfWork, batch_ids: Iterable[str]) -> dict[str, JournalBatch]:
    """Those of the batches that exist, locked in key order."""
    rows = await uow.fetch("lock_journal_batches", sorted(set(batch_ids)))
    return {row["batch_id"]: _batch(row) for row in rows}


async def load_totals(uow: UnitOfWork, batches: Iterable[JournalBatch]) -> dict[str, list[AccountTotal]]:
    """What was submitted of each batch by account, in the batch's currency."""
    currencies = {batch.batch_id: batch.currency for batch in batches}
    totals: defaultdict[str, list[AccountTotal]] = defaultdict(list)
    for row in await uow.fetch("journal_batch_totals", sorted(currencies)):
        totals[row["batch_id"]].append(account_total(row, currencies[row["batch_id"]]))
    return dict(totals)


async def save_batches(uow: UnitOfWork, batches: Iterable[JournalBatch]) -> None:
    """Saves the state of each batch, with one statement."""
    await uow.write(
        "save_journal_batches",
        [(b.batch_id, b.state, b.attempt, b.reason, b.disagreement) for b in sorted(batches, key=lambda b: b.batch_id)],
    )


def account_total(row: Any, currency: str) -> AccountTotal:
    """One account's debits and credits, in the currency's own decimal places."""
    return AccountTotal(row["account"], round_half_up(row["debit"], currency), round_half_up(row["credit"], currency))


def submission(source: str, batch: JournalBatch, totals: Iterable[AccountTotal]) -> JournalBatchSubmitted:
    """The current attempt of a batch as it is submitted to the general ledger."""
    return JournalBatchSubmitted(
        batch_id=batch.batch_id,
        source=source,
        company_id=batch.company_id,
        business_date=batch.business_date,
        sequence=batch.sequence,
        attempt=batch.attempt,
        currency=batch.currency,
        totals=tuple(JournalTotal(account=t.account, debit=t.debit, credit=t.credit) for t in totals),
    )


def _batch(row: Any) -> JournalBatch:
    return JournalBatch(
        batch_id=row["batch_id"],
        company_id=row["company_id"],
        currency=row["currency"],
        business_date=row["business_date"],
        sequence=row["sequence"],
        attempt=row["attempt"],
        state=BatchState(row["state"]),
        reason=row["reason"],
        disagreement=row["disagreement"],
    )
