"""Rows of the reporting queries as events, in exact amounts of their currency."""

from __future__ import annotations

from typing import Any

import asyncpg

from services.analytics.domain.figures import PeriodFigures
from services.analytics.domain.periods import Month
from shared.contracts.analytics import AgingSnapshotTaken, PeriodReported
from shared.kernel.money import round_half_up

BUCKET_COLUMNS = ("current_amount", "days_1_30", "days_31_60", "days_61_90", "days_91_120", "over_120", "total")
_FIGURE_COLUMNS = ("opening", "sales", "closing", "closing_current", "cash_collected")


def aging_snapshot(row: asyncpg.Record) -> AgingSnapshotTaken:
    currency = row["currency"]
    amounts = {column: round_half_up(row[column], currency) for column in BUCKET_COLUMNS}
    return AgingSnapshotTaken(
        snapshot_id=f"{row['company_id']}/{currency}/{row['as_of']}",
        company_id=row["company_id"],
        as_of=row["as_of"],
        currency=currency,
        current=amounts.pop("current_amount"),
        open_items=row["open_items"],
        **amounts,
    )


def snapshot_row(snapshot: AgingSnapshotTaken) -> tuple[Any, ...]:
    return (
        snapshot.company_id, snapshot.currency, snapshot.as_of, snapshot.current, snapshot.days_1_30,
        snapshot.days_31_60, snapshot.days_61_90, snapshot.days_91_120, snapshot.over_120, snapshot.total,
        snapshot.open_items,
    )  # fmt: skip


def period_figures(row: asyncpg.Record) -> PeriodFigures:
    amounts = {column: round_half_up(row[column], row["currency"]) for column in _FIGURE_COLUMNS}
    return PeriodFigures(**amounts, days=Month.of(row["period_start"]).days)


def period_report(row: asyncpg.Record) -> PeriodReported:
    figures, month = period_figures(row), Month.of(row["period_start"])
    return PeriodReported(
        report_id=f"{row['company_id']}/{row['currency']}/{month}",
        company_id=row["company_id"],
        period_start=month.start,
        period_end=month.end,
        currency=row["currency"],
        opening=figures.opening,
        sales=figures.sales,
        closing=figures.closing,
        closing_current=figures.closing_current,
        collections=figures.collections,
        cash_collected=figures.cash_collected,
        cei_percent=figures.cei_percent,
        cash_share_percent=figures.cash_share_percent,
        dso_days=figures.dso_days,
    )


def period_row(report: PeriodReported) -> tuple[Any, ...]:
    return (
        report.company_id, report.currency, report.period_start, report.opening, report.sales, report.closing,
        report.closing_current, report.cash_collected,
    )  # fmt: skip
