"""Reports over HTTP: aging of any day, its trend, and the figures of months."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from services.analytics.domain.periods import Month
from services.analytics.views import AgingAnswer, AgingLine, CeiPoint, DsoPoint, PeriodView, TrendPoint
from shared.chassis.http import (
    Cursor,
    Limit,
    NotFound,
    Page,
    Person,
    ReadSession,
    Unprocessable,
    decode_cursor,
    read_session,
    require_roles,
)
from shared.contracts.event import BusinessDate, Identifier

router = APIRouter()

Reader = Annotated[Person, require_roles()]
Reports = Annotated[ReadSession, read_session()]
AnyMonth = Annotated[str | None, Query(description="A month, e.g. 2013-06")]

_YEARS_AT_ONCE_MAX = 10
_TREND_DAYS = 90


@router.get("/aging")
async def aging(
    person: Reader,
    db: Reports,
    as_of: BusinessDate | None = None,
    customer_id: Identifier | None = None,
    by: Literal["company", "customer"] = "company",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AgingAnswer:
    """Open amounts in six buckets at the end of a day; without `as_of`, of the last business day begun.

    By company all comes at once, a line per company and currency; by customer it comes in pages; of one customer all
    of its lines come at once.
    """
    day = as_of or _today(db)
    if customer_id is not None:
        rows = await db.fetch("view_aging_of_customer", day, customer_id)
        return AgingAnswer(as_of=day, items=[AgingLine.of(row) for row in rows])
    if by == "company":
        rows = await db.fetch("view_aging_by_company", day)
        return AgingAnswer(as_of=day, items=[AgingLine.of(row) for row in rows])
    after = [part or "" for part in decode_cursor(cursor, 3)]
    rows = await db.fetch("view_aging_by_customer", day, *after, limit + 1)
    page = Page[AgingLine].of(
        rows, limit, AgingLine.of, lambda row: (row["customer_id"], row["company_id"], row["currency"])
    )
    return AgingAnswer(as_of=day, items=page.items, next_cursor=page.next_cursor)


@router.get("/aging/trend")
async def aging_trend(
    person: Reader,
    db: Reports,
    since: BusinessDate | None = None,
    until: BusinessDate | None = None,
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TrendPoint]:
    """The daily snapshots of a span of days, as they were said; without dates, of the last 90 days."""
    until = until or _today(db)
    since = since or until - timedelta(days=_TREND_DAYS)
    after = decode_cursor(cursor, 3, date.fromisoformat, str, str) if cursor else (date.min, "", "")
    rows = await db.fetch("view_aging_trend", since, until, company_id, *after, limit + 1)
    return Page[TrendPoint].of(
        rows, limit, TrendPoint.of, lambda row: (row["as_of"], row["company_id"], row["currency"])
    )


@router.get("/periods")
async def periods(
    person: Reader, db: Reports, company_id: Identifier | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[PeriodView]:
    """The months reported so far, the latest first, as they were said when they ended."""
    before = decode_cursor(cursor, 3, date.fromisoformat, str, str) if cursor else (date.max, "", "")
    rows = await db.fetch("view_period_reports", company_id, *before, limit + 1)
    return Page[PeriodView].of(
        rows, limit, PeriodView.of, lambda row: (row["period_start"], row["company_id"], row["currency"])
    )


@router.get("/periods/{month}")
async def period(month: str, person: Reader, db: Reports, company_id: Identifier | None = None) -> list[PeriodView]:
    """The figures of any month from what is known now, per company and currency; also of one not ended yet."""
    asked = _month(month)
    rows = await db.fetch("figures_of_periods", [asked.start], [asked.end], company_id)
    if not rows:
        raise NotFound(f"there were no receivables in or before {month}: ask for a later month")
    return [PeriodView.of(row) for row in rows]


@router.get("/dso")
async def dso(
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
async def cei(
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


def _today(db: ReadSession) -> date:
    if db.today is None:
        raise Unprocessable("no business day has begun yet: say which day is meant, e.g. as_of=2013-06-30")
    return db.today


def _month(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise Unprocessable(str(error)) from None


async def _reported(db: ReadSession, first: str | None, last: str | None, company_id: str | None) -> list[PeriodView]:
    end = _month(last) if last else Month.of(_today(db)).previous()
    start = _month(first) if first else Month(end.year - 1, end.month).next()
    if start > end or start < Month(end.year - _YEARS_AT_ONCE_MAX, end.month):
        raise Unprocessable(
            f"{start} to {end} is not a span of at most {_YEARS_AT_ONCE_MAX} years: choose other months"
        )
    rows = await db.fetch("view_figures_reported", start.start, end.start, company_id)
    return [PeriodView.of(row) for row in rows]
