"""The collector's worklist: most overdue first, then longest overdue."""

from __future__ import annotations

from shared.kernel.aging import OVERDUE_BUCKETS, AgingBucket


def days_overdue_of(bucket: AgingBucket) -> tuple[int, int | None]:
    """The days overdue (least, most) that put a customer's oldest overdue item into `bucket`; None: without end.

    Raises ValueError for the current bucket: the worklist has overdue customers only.
    """
    if bucket not in OVERDUE_BUCKETS:
        overdue = ", ".join(repr(known.value) for known in OVERDUE_BUCKETS)
        raise ValueError(f"bucket {bucket.value!r} is not overdue: choose one of {overdue}")
    least = OVERDUE_BUCKETS[bucket]
    older_from = [days for days in OVERDUE_BUCKETS.values() if days > least]
    return least, older_from[0] - 1 if older_from else None
