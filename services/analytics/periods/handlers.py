"""The daily run that reports the months that ended."""

from __future__ import annotations

from services.analytics.periods.domain.months import Month, months_to_report
from services.analytics.periods.store import insert_report, report_from_row
from services.analytics.work import AnalyticsWork
from shared.chassis.declare.daily_run import DailyRun


async def report_periods(run: DailyRun, uow: AnalyticsWork) -> str | None:
    """When a month has ended, publishes its figures once."""
    reported = await uow.fetchrow("last_period_reported", run.company_id)
    months = months_to_report(Month.of(reported["period_start"]) if reported else None, run.business_date)
    if not months:
        return None
    chunk = months[: run.limit]
    starts, ends = [month.start for month in chunk], [month.end for month in chunk]
    for row in await uow.fetch("figures_of_periods", starts, ends, run.company_id):
        report = report_from_row(row)
        insert_report(uow, report)
        uow.emit(report, cause=run)
    return str(chunk[-1]) if len(months) > run.limit else None
