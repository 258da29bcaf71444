"""Takes document numbers from their series within the transaction that posts the documents."""

from __future__ import annotations

from collections.abc import Sequence

from services.invoicing.invoices.domain.numbering import DocumentNumber, allocate_numbers, count_by_series
from shared.chassis.transaction.unit_of_work import UnitOfWork


async def next_numbers(series: Sequence[str], uow: UnitOfWork) -> list[DocumentNumber]:
    """The next number of each of these series, in order, with one query. The series stay locked until the commit."""
    counts = count_by_series(series)
    rows = await uow.fetch("raise_series", [name for name, _ in counts], [count for _, count in counts])
    return allocate_numbers(series, {row["series"]: row["last_number"] for row in rows})
