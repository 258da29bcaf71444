"""Aging buckets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shared.kernel.aging import AgingBucket, bucket_of, days_overdue

DUE = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-5, AgingBucket.CURRENT), (0, AgingBucket.CURRENT), (1, AgingBucket.DAYS_1_30), (30, AgingBucket.DAYS_1_30),
        (31, AgingBucket.DAYS_31_60), (60, AgingBucket.DAYS_31_60), (61, AgingBucket.DAYS_61_90),
        (90, AgingBucket.DAYS_61_90), (91, AgingBucket.DAYS_91_120), (120, AgingBucket.DAYS_91_120),
        (121, AgingBucket.OVER_120),
    ],
)  # fmt: skip
def test_buckets_begin_the_day_after_the_due_date(days: int, bucket: AgingBucket) -> None:
    as_of = DUE + timedelta(days=days)
    assert bucket_of(DUE, as_of) is bucket
    assert days_overdue(DUE, as_of) == days
