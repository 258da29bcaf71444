"""The daily run that takes the aging snapshots."""

from __future__ import annotations

from services.analytics.aging.domain import snapshot_days
from services.analytics.aging.store import BUCKET_BOUNDS, insert_snapshot, snapshot_from_row
from services.analytics.work import AnalyticsWork
from shared.chassis.declare.daily_run import DailyRun


async def take_snapshots(run: DailyRun, uow: AnalyticsWork) -> str | None:
    """When a day begins, publishes once the aging at the end of each day since the last snapshot."""
    taken = await uow.fetchrow("last_snapshot", run.company_id)
    days = snapshot_days(taken["as_of"] if taken else None, run.business_date)
    for row in await uow.fetch("aging_of_days", run.company_id, days[: run.limit], BUCKET_BOUNDS):
        snapshot = snapshot_from_row(row)
        insert_snapshot(uow, snapshot)
        uow.emit(snapshot, cause=run)
    return days[run.limit - 1].isoformat() if len(days) > run.limit else None
