"""The figures of months over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query

from services.analytics.access import Reader, Reports, business_day_of
from services.analytics.periods.domain.months import Month
from services.analytics.periods.schemas import CeiPoint, DsoPoint, PeriodView
from shared.chassis.http import Cursor, Limit, NotFound, Page, ReadSession, Unprocessable, decode_cursor
from shared.contracts.event import Identifier

router = APIRouter()

AnyMonth = Annotated[str | None, Query(description="A month, e.g. 2013-06")]

_SPAN_YEARS_MAX: Final = 10


@router.get("/periods")
async def list_periods(
    *, person: Reader, db: Reports, company_id: Identifier | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[PeriodView]:
    """The reported months, the latest first, as they were published when they ended."""
    before = decode_cursor(cursor, 3, date.fromisoformat, str, str) if cursor else (date.max, "", "")
    rows = await db.fetch("view_period_reports", company_id, *before, limit + 1)
    return Page[PeriodView].of(
        rows, limit, PeriodView.of, lambda row: (row["period_start"], row["company_id"], row["currency"])
    )


@router.get("/periods/{month}")
async def show_period(
    *, month: str, person: Reader, db: Reports, company_id: Identifier | None = None
) -> list[PeriodView]:
    """The figures of any month from all events received so far, per company and currency; also before it has ended."""
    requested = _month(month)
    rows = await db.fetch("figures_of_periods", [requested.start], [requested.end], company_id)
    if not rows:
        raise NotFound(f"there were no receivables in or before {month}: give a later month")
    return [PeriodView.of(row) for row in rows]


@router.get("/dso")
async def show_dso(
    *,
    person: Reader,
    db: Reports,
    first: AnyMonth = None,
    last: AnyMonth = None,
    company_id: Identifier | None = None,
) -> list[DsoPoint]:
    """Days sales outstanding month by month, as reported; without months, of the last twelve that ended."""
    figures = await _reported(db, first, last, company_id)
    return [DsoPoint(**view.model_dump(include=set(DsoPoint.model_fields))) for view in figures]


@router.get("/cei")
async def show_cei(
    *,
    person: Reader,
    db: Reports,
    first: AnyMonth = None,
    last: AnyMonth = None,
    company_id: Identifier | None = None,
) -> list[CeiPoint]:
    """Collection effectiveness month by month, as reported; without months, of the last twelve that ended."""
    return [
        CeiPoint(
            **view.model_dump(include={"company_id", "currency", "month", "collections", "cei_percent"}),
            collectable=view.opening + view.sales - view.closing_current,
        )
        for view in await _reported(db, first, last, company_id)
    ]


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Unprocessable(str(error)) from None


async def _reported(db: ReadSession, first: str | None, last: str | None, company_id: str | None) -> list[PeriodView]:
    end = _month(last) if last else Month.of(business_day_of(company_id, db)).previous()
    start = _month(first) if first else Month(end.year - 1, end.month).next()
    if start > end or start < Month(end.year - _SPAN_YEARS_MAX, end.month):
        raise Unprocessable(f"{start} to {end} is not a span of at most {_SPAN_YEARS_MAX} years: give other months")
    rows = await db.fetch("view_figures_reported", start.start, end.start, company_id)
    return [PeriodView.of(row) for row in rows]
