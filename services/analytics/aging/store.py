"""Aging snapshots: from rows of the aging queries, and saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.analytics import AgingSnapshotTaken
from shared.kernel.aging import BUCKET_FROM_DAYS
from shared.kernel.money import round_half_up

BUCKET_BOUNDS: Final = list(BUCKET_FROM_DAYS)
"""The last argument of every aging query: the days past due from which the buckets after `current` begin."""

_AMOUNTS: Final = ("current_amount", "days_1_30", "days_31_60", "days_61_90", "days_91_120", "over_120", "total")


def bucket_amounts(row: Any) -> dict[str, Decimal]:
    """The amounts of a row by bucket, and their total, exact in its currency."""
    amounts = {column: round_half_up(row[column], row["currency"]) for column in _AMOUNTS}
    return {"current": amounts.pop("current_amount"), **amounts}


def credit_amounts(row: Any) -> dict[str, Decimal]:
    """Credit on account and unapplied money of a row, exact in its currency."""
    return {name: round_half_up(row[name], row["currency"]) for name in ("on_account", "unapplied")}


def snapshot_from_row(row: Any) -> AgingSnapshotTaken:
    return AgingSnapshotTaken(
        snapshot_id=f"{row['company_id']}/{row['currency']}/{row['as_of']}",
        company_id=row["company_id"],
        as_of=row["as_of"],
        currency=row["currency"],
        open_items=row["open_items"],
        **bucket_amounts(row),
        **credit_amounts(row),
    )


def insert_snapshot(uow: UnitOfWork, snapshot: AgingSnapshotTaken) -> None:
    """Stores a snapshot at the flush."""
    uow.append(
        "insert_snapshots",
        (
            snapshot.company_id, snapshot.currency, snapshot.as_of, snapshot.current, snapshot.days_1_30,
            snapshot.days_31_60, snapshot.days_61_90, snapshot.days_91_120, snapshot.over_120, snapshot.total,
            snapshot.open_items, snapshot.on_account, snapshot.unapplied,
        ),
    )  # fmt: skip
