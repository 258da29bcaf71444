"""Aging buckets: the days that an open amount is past its due date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final


class AgingBucket(StrEnum):
    """The six buckets of the aging report. An item due today is current."""

    CURRENT = "current"
    DAYS_1_30 = "1-30"
    DAYS_31_60 = "31-60"
    DAYS_61_90 = "61-90"
    DAYS_91_120 = "91-120"
    OVER_120 = "over 120"


OVERDUE_BUCKETS: Final[Mapping[AgingBucket, int]] = {
    AgingBucket.DAYS_1_30: 1,
    AgingBucket.DAYS_31_60: 31,
    AgingBucket.DAYS_61_90: 61,
    AgingBucket.DAYS_91_120: 91,
    AgingBucket.OVER_120: 121,
}
"""The days past due from which each overdue bucket begins, in order. An item with fewer days is current."""

BUCKET_FROM_DAYS: Final = tuple(OVERDUE_BUCKETS.values())
"""The same days alone: a query numbers the buckets with `width_bucket(days, BUCKET_FROM_DAYS)`, 0 for current."""

_OLDEST_FIRST: Final = tuple(reversed(tuple(OVERDUE_BUCKETS.items())))


def days_overdue(due_date: date, as_of: date) -> int:
    """Whole days past the due date; negative or zero while the item is current."""
    return (as_of - due_date).days


def bucket_of(due_date: date, as_of: date) -> AgingBucket:
    """The bucket an item due on `due_date` is in at the end of day `as_of`."""
    days = days_overdue(due_date, as_of)
    for bucket, first_day in _OLDEST_FIRST:
        if days >= first_day:
            return bucket
    return AgingBucket.CURRENT
