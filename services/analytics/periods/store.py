"""Period reports: from rows of the figures' queries, and saved."""

from __future__ import annotations

from typing import Any, Final

from services.analytics.periods.domain.figures import PeriodFigures
from services.analytics.periods.domain.months import Month
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.analytics import PeriodReported
from shared.kernel.money import round_half_up

_FIGURES: Final = ("opening", "sales", "closing", "closing_current", "cash_collected")


def figures_from_row(row: Any) -> PeriodFigures:
    """The figures of a month, exact in the row's currency."""
    amounts = {column: round_half_up(row[column], row["currency"]) for column in _FIGURES}
    return PeriodFigures(**amounts, days=Month.of(row["period_start"]).days)


def report_from_row(row: Any) -> PeriodReported:
    figures, month = figures_from_row(row), Month.of(row["period_start"])
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


def insert_report(uow: UnitOfWork, report: PeriodReported) -> None:
    """Stores a report at the flush."""
    uow.append(
        "insert_period_reports",
        (
            report.company_id, report.currency, report.period_start, report.opening, report.sales, report.closing,
            report.closing_current, report.cash_collected,
        ),
    )  # fmt: skip
