"""The days of which the daily run takes aging snapshots."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

_ONE_DAY: Final = timedelta(days=1)
SNAPSHOT_DAYS_MAX: Final = 400
"""A calendar that jumps further ahead leaves a gap in the snapshots; aging as of a day has no gaps."""


def snapshot_days(last: date | None, business_date: date) -> list[date]:
    """The days to snapshot when `business_date` begins: all that ended since the `last` one.

    Without an earlier snapshot only the day before: the aging of imported history can be read as of any day anyway.
    """
    yesterday = business_date - _ONE_DAY
    first = yesterday if last is None else max(last + _ONE_DAY, business_date - timedelta(days=SNAPSHOT_DAYS_MAX))
    return [first + timedelta(days=n) for n in range((yesterday - first).days + 1)]
