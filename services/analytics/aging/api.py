"""Aging over HTTP: of any day, and its trend."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal

from fastapi import APIRouter

from services.analytics.access import Reader, Reports, business_day_of
from services.analytics.aging.schemas import AgingAnswer, AgingLine, TrendPoint
from services.analytics.aging.store import BUCKET_BOUNDS
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.contracts.event import BusinessDate, Identifier

router = APIRouter()

_TREND_DAYS: Final = 90


@router.get("/aging")
async def show_aging(
    *,
    person: Reader,
    db: Reports,
    as_of: BusinessDate | None = None,
    customer_id: Identifier | None = None,
    by: Literal["company", "customer"] = "company",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> AgingAnswer:
    """Open amounts in six buckets at the end of a day; without `as_of`, of each company's own business day.

    By company the answer is complete, with a line per company and currency. By customer it comes in pages. For one
    customer it is complete.
    """
    latest = as_of or business_day_of(None, db)
    days = [as_of] if as_of else sorted(set(db.days.begun.values()))
    if customer_id is not None:
        rows = await db.fetch("view_aging_of_customer", days, as_of, latest, customer_id, BUCKET_BOUNDS)
        return AgingAnswer(as_of=latest, items=[AgingLine.of(row) for row in rows])
    if by == "company":
        rows = await db.fetch("view_aging_by_company", days, as_of, latest, BUCKET_BOUNDS)
        return AgingAnswer(as_of=latest, items=[AgingLine.of(row) for row in rows])
    after = [part or "" for part in decode_cursor(cursor, 3)]
    rows = await db.fetch("view_aging_by_customer", days, as_of, latest, *after, limit + 1, BUCKET_BOUNDS)
    page = Page[AgingLine].of(
        rows, limit, AgingLine.of, lambda row: (row["customer_id"], row["company_id"], row["currency"])
    )
    return AgingAnswer(as_of=latest, items=page.items, next_cursor=page.next_cursor)


@router.get("/aging/trend")
async def show_aging_trend(
    *,
    person: Reader,
    db: Reports,
    since: BusinessDate | None = None,
    until: BusinessDate | None = None,
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TrendPoint]:
    """The daily snapshots of a span of days, as they were published; without dates, of the last 90 days."""
    until = until or business_day_of(company_id, db)
    since = since or until - timedelta(days=_TREND_DAYS)
    after = decode_cursor(cursor, 3, date.fromisoformat, str, str) if cursor else (date.min, "", "")
    rows = await db.fetch("view_aging_trend", since, until, company_id, *after, limit + 1)
    return Page[TrendPoint].of(
        rows, limit, TrendPoint.of, lambda row: (row["as_of"], row["company_id"], row["currency"])
    )
