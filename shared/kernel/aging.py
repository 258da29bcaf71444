"""Aging buckets: how long past its due date an open amount is."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class AgingBucket(StrEnum):
    """The six buckets of the aging report. An item due today is current."""

    CURRENT = "current"
    DAYS_1_30 = "1-30"
    DAYS_31_60 = "31-60"
    DAYS_61_90 = "61-90"
    DAYS_91_120 = "91-120"
    OVER_120 = "over 120"


_UPPER_DAYS = (
    (0, AgingBucket.CURRENT),
    (30, AgingBucket.DAYS_1_30),
    (60, AgingBucket.DAYS_31_60),
    (90, AgingBucket.DAYS_61_90),
    (120, AgingBucket.DAYS_91_120),
)


def days_overdue(due_date: date, as_of: date) -> int:
    """Whole days past the due date; negative or zero while the item is current."""
    return (as_of - due_date).days


def bucket_of(due_date: date, as_of: date) -> AgingBucket:
    """The bucket an item due on `due_date` is in at the end of day `as_of`."""
    days = days_overdue(due_date, as_of)
    for upper, bucket in _UPPER_DAYS:
        if days <= upper:
            return bucket
    return AgingBucket.OVER_120
