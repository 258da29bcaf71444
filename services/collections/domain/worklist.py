"""The collector's worklist: most overdue first, then longest overdue."""

from __future__ import annotations

from datetime import date, timedelta

from shared.kernel.aging import AgingBucket

_DAYS: dict[AgingBucket, tuple[int, int]] = {
    AgingBucket.DAYS_1_30: (1, 30),
    AgingBucket.DAYS_31_60: (31, 60),
    AgingBucket.DAYS_61_90: (61, 90),
    AgingBucket.DAYS_91_120: (91, 120),
    AgingBucket.OVER_120: (121, 200_000),
}


def oldest_due_between(bucket: AgingBucket, as_of: date) -> tuple[date, date]:
    """The due dates (first, last) that put a customer's oldest overdue item into `bucket` on day `as_of`.

    Raises ValueError for the current bucket: nobody on the worklist is in it.
    """
    if bucket not in _DAYS:
        overdue = ", ".join(repr(known.value) for known in _DAYS)
        raise ValueError(f"bucket {bucket.value!r} is not overdue: choose one of {overdue}")
    least, most = _DAYS[bucket]
    return as_of - timedelta(days=most), as_of - timedelta(days=least)
