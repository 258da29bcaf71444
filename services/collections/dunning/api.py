"""Dunning notices over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.collections.access import Books, Reader
from services.collections.dunning.schemas import NoticeView
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.contracts.event import BusinessDate, Identifier

router = APIRouter()


@router.get("/dunning-notices")
async def list_notices(
    *,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    step: Annotated[int | None, Query(ge=1, le=1000)] = None,
    sent_from: BusinessDate | None = None,
    sent_until: BusinessDate | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[NoticeView]:
    """Dunning notices in the order they were sent."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("list_notices", *position, customer_id, step, sent_from, sent_until, limit + 1)
    return Page.of(rows, limit, NoticeView.of, lambda row: [row["sent_on"], row["notice_id"]])
