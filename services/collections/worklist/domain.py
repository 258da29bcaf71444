"""The collector's worklist: most overdue first, then longest overdue."""

from __future__ import annotations

from datetime import date, timedelta

from shared.kernel.aging import OVERDUE_BUCKETS, AgingBucket


def oldest_due_between(bucket: AgingBucket, as_of: date) -> tuple[date, date]:
    """The due dates (first, last) that put a customer's oldest overdue item into `bucket` on day `as_of`.

    Raises ValueError for the current bucket: the worklist has overdue customers only.
    """
    if bucket not in OVERDUE_BUCKETS:
        overdue = ", ".join(repr(known.value) for known in OVERDUE_BUCKETS)
        raise ValueError(f"bucket {bucket.value!r} is not overdue: choose one of {overdue}")
    last = as_of - timedelta(days=OVERDUE_BUCKETS[bucket])
    older_from = [days for days in OVERDUE_BUCKETS.values() if days > OVERDUE_BUCKETS[bucket]]
    return (as_of - timedelta(days=older_from[0] - 1) if older_from else date.min), last
