"""What analytics hears, and what it reports when a day has ended."""

from __future__ import annotations

from datetime import date

from services.analytics.domain.periods import Month, months_to_report, snapshot_days
from services.analytics.following import follow
from services.analytics.reports import aging_snapshot, period_report, period_row, snapshot_row
from services.analytics.store import AnalyticsWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.handlers import DailyWork, HandlerTable, on
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied, PaymentUnapplied
from shared.contracts.erp import CustomerChanged


async def know_customers(changes: list[CustomerChanged], uow: AnalyticsWork) -> None:
    """The latest version of a customer's name counts."""
    for change in changes:
        uow.append("save_customers", (change.customer_id, change.version, change.name))


async def follow_items(changes: list[OpenItemChanged], uow: AnalyticsWork) -> None:
    """Each change of an item is kept under its date and version, in whatever order they arrive."""
    await follow(changes, uow)
    first_posted: dict[tuple[str, str], date] = {}
    for change in changes:
        if change.cause == "posted":
            book = (change.company_id, change.currency)
            first_posted[book] = min(change.business_date, first_posted.get(book, change.business_date))
    for book, day in first_posted.items():
        uow.append("save_books", (*book, day))


async def count_cash(applied: list[PaymentApplied], uow: AnalyticsWork) -> None:
    """Cash counts as collected on the day it relieves receivables, a credit memo does not."""
    for payment in applied:
        uow.append(
            "insert_cash",
            (
                payment.customer_id, payment.application_id, payment.company_id, payment.currency,
                payment.applied_on, payment.amount, payment.discount, payment.method == "credit_memo",
            ),
        )  # fmt: skip


async def uncount_cash(undone: list[PaymentUnapplied], uow: AnalyticsWork) -> None:
    """Cash that went away again was not collected: it is taken off the day it was counted on."""
    for reversal in undone:
        uow.append(
            "insert_cash",
            (
                reversal.customer_id, reversal.reversal_id, reversal.company_id, reversal.currency,
                reversal.applied_on, -reversal.amount, -reversal.discount, reversal.method == "credit_memo",
            ),
        )  # fmt: skip


async def take_snapshots(run: DailyRun, uow: AnalyticsWork) -> str | None:
    """When a day begins, the aging at the end of each day since the last snapshot is said, once."""
    taken = await uow.fetchrow("last_snapshot", run.company_id)
    days = snapshot_days(taken["as_of"] if taken else None, run.business_date)
    for row in await uow.fetch("aging_of_days", run.company_id, days[: run.limit]):
        snapshot = aging_snapshot(row)
        uow.append("insert_snapshots", snapshot_row(snapshot))
        uow.emit(snapshot, cause=run)
    return days[run.limit - 1].isoformat() if len(days) > run.limit else None


async def report_periods(run: DailyRun, uow: AnalyticsWork) -> str | None:
    """When a month has ended, its figures are said, once."""
    reported = await uow.fetchrow("last_period_reported", run.company_id)
    months = months_to_report(Month.of(reported["period_start"]) if reported else None, run.business_date)
    if not months:
        return None
    chunk = months[: run.limit]
    starts, ends = [month.start for month in chunk], [month.end for month in chunk]
    for row in await uow.fetch("figures_of_periods", starts, ends, run.company_id):
        report = period_report(row)
        uow.append("insert_period_reports", period_row(report))
        uow.emit(report, cause=run)
    return str(chunk[-1]) if len(months) > run.limit else None


handlers = HandlerTable(
    "analytics",
    [
        on(CustomerChanged, know_customers),
        on(OpenItemChanged, follow_items),
        on(PaymentApplied, count_cash),
        on(PaymentUnapplied, uncount_cash),
    ],
    daily=[
        DailyWork("aging_snapshots", take_snapshots, chunk=31),
        DailyWork("period_reports", report_periods, chunk=12),
    ],
)
