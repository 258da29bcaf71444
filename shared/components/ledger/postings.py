"""Writing the journal: postings are appended and never changed."""

from __future__ import annotations

from collections.abc import Iterable

from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.kernel.journal import Posting


def post(uow: UnitOfWork, postings: Iterable[Posting]) -> None:
    """Appends postings to the journal when the unit of work is flushed.

    All postings of an entry go in one call: they are numbered within it. The database refuses an entry that was
    posted before.
    """
    lines: dict[str, int] = {}
    for posting in postings:
        lines[posting.entry_id] = line_no = lines.get(posting.entry_id, 0) + 1
        uow.append(
            "insert_journal_postings",
            (
                posting.customer_id,
                posting.entry_id,
                line_no,
                posting.company_id,
                posting.business_date,
                posting.debit,
                posting.credit,
                posting.amount,
                posting.currency,
                posting.document,
            ),
        )
