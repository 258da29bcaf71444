"""Answers of the general ledger about batches that are not submitted yet: deferred until they are.

Kafka keeps no order across topics, and after a restore the ledger may know of a batch before this service does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components.ledger.domain import JournalBatch
from shared.components.ledger.store import load_batches, save_batches
from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.kernel.journal import AccountTotal

Answer: TypeAlias = JournalBatchPosted | JournalBatchRejected
_ANY_ATTEMPT: Final = 0
"""The ledger books a batch once, and does not name the attempt."""


def apply(answer: Answer, batch: JournalBatch, sent: Iterable[AccountTotal]) -> bool:
    """Applies the answer to the batch; False where it changes nothing."""
    if isinstance(answer, JournalBatchRejected):
        return batch.rejected(answer.attempt, answer.reason)
    return batch.posted(sent, [AccountTotal(total.account, total.debit, total.credit) for total in answer.totals])


async def match_answers(uow: UnitOfWork, answers: Sequence[Answer]) -> list[tuple[Answer, JournalBatch]]:
    """Each answer with its batch, locked. An answer whose batch or attempt is not submitted yet is deferred."""
    ids = {answer.batch_id for answer in answers}
    batches = await load_batches(uow, ids) if ids else {}
    if ids - batches.keys():
        await uow.execute("lock_journal_opening")
        batches |= await load_batches(uow, ids - batches.keys())
    matched, deferred = [], []
    for answer in answers:
        batch = batches.get(answer.batch_id)
        if batch is None or batch.attempt < _attempt(answer):
            deferred.append((answer.batch_id, _attempt(answer), _kind(answer), answer.business_date, _body(answer)))
        else:
            matched.append((answer, batch))
    await uow.write("defer_journal_answers", deferred)
    return matched


async def apply_deferred(
    uow: UnitOfWork, batches: Mapping[str, JournalBatch], sent: Mapping[str, Sequence[AccountTotal]]
) -> None:
    """Applies deferred answers to batches that have just been submitted, the oldest attempt first."""
    if not batches:
        return
    attempts = [batch.attempt for batch in batches.values()]
    rows = await uow.fetch("take_deferred_journal_answers", list(batches), attempts)
    changed = {}
    for row in sorted(rows, key=lambda row: (row["batch_id"], row["attempt"], row["kind"])):
        kind = JournalBatchPosted if row["kind"] == "posted" else JournalBatchRejected
        batch = batches[row["batch_id"]]
        if apply(kind.model_validate_json(row["body"]), batch, sent[batch.batch_id]):
            changed[batch.batch_id] = batch
    await save_batches(uow, changed.values())


def _attempt(answer: Answer) -> int:
    return answer.attempt if isinstance(answer, JournalBatchRejected) else _ANY_ATTEMPT


def _kind(answer: Answer) -> str:
    return "rejected" if isinstance(answer, JournalBatchRejected) else "posted"


def _body(answer: Answer) -> str:
    return answer.model_dump_json()
