"""Collections over HTTP: the worklist, a customer's page, promises, holds, notices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from services.collections.access import Books, Reader
from services.collections.commands import router as commands
from services.collections.deductions import router as deductions
from services.collections.domain.aging import aged
from services.collections.domain.promises import PromiseState
from services.collections.domain.worklist import oldest_due_between
from services.collections.store import hold_from_row, promise_from_row
from services.collections.views import (
    ActivityView,
    AgedView,
    CustomerView,
    HoldView,
    ItemView,
    NoticeView,
    PromiseView,
    WorklistEntry,
)
from services.collections.write_offs import router as write_offs
from shared.chassis.http import (
    Cursor,
    Limit,
    NotFound,
    Page,
    ReadSession,
    Unprocessable,
    decode_cursor,
)
from shared.contracts.event import BusinessDate, Currency, Identifier, PositiveAmount
from shared.kernel.aging import AgingBucket

router = APIRouter()
router.include_router(commands)
router.include_router(write_offs)
router.include_router(deductions)


_ITEMS_SHOWN = 200
_LATEST_SHOWN = 50


@router.get("/worklist")
async def worklist(
    person: Reader,
    db: Books,
    min_overdue: Annotated[PositiveAmount | None, Query(description="Only who owes at least this past due")] = None,
    bucket: Annotated[AgingBucket | None, Query(description="Only where the oldest overdue item is in it")] = None,
    promise: Annotated[bool | None, Query(description="Only with (true) or without (false) a promise to pay")] = None,
    company_id: Identifier | None = None,
    currency: Currency | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[WorklistEntry]:
    """Who to call next: most overdue first, then longest overdue; one row per customer, company and currency.

    Amounts of different currencies are ordered as numbers: choose a `currency` where that misleads.
    """
    position = decode_cursor(cursor, 5, Decimal, date.fromisoformat, str, str, str)
    if db.today is None:
        return Page(items=[])
    today = db.today
    oldest, youngest = _due_between(bucket, today)
    rows = await db.fetch(
        "list_worklist", *position, min_overdue, oldest, youngest, promise, company_id, currency, limit + 1
    )
    return Page.of(
        rows,
        limit,
        lambda row: WorklistEntry.of(row, today),
        lambda row: [
            row[name] for name in ("overdue_amount", "oldest_due_date", "customer_id", "company_id", "currency")
        ],
    )


def _due_between(bucket: AgingBucket | None, as_of: date) -> tuple[date | None, date | None]:
    if bucket is None:
        return None, None
    try:
        return oldest_due_between(bucket, as_of)
    except ValueError as error:
        raise Unprocessable(str(error)) from None


@router.get("/promises")
async def promises(
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    state: PromiseState | None = None,
    due_from: BusinessDate | None = None,
    due_until: BusinessDate | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PromiseView]:
    """Promises in the order they are due."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("list_promises", *position, customer_id, state, due_from, due_until, limit + 1)
    return Page.of(
        rows,
        limit,
        lambda row: PromiseView.of(promise_from_row(row)),
        lambda row: [row["due_on"], row["promise_id"]],
    )


@router.get("/dunning-notices")
async def dunning_notices(
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


@router.get("/holds")
async def holds(
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    state: Literal["active", "lifted"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HoldView]:
    """Credit holds that broken promises led to, in the order they were requested."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    active = None if state is None else state == "active"
    rows = await db.fetch("list_holds", *position, customer_id, active, limit + 1)
    return Page.of(
        rows,
        limit,
        lambda row: HoldView.of(hold_from_row(row)),
        lambda row: [row["requested_on"], row["hold_id"]],
    )


@router.get("/customers/{customer_id:path}")
async def customer(customer_id: Identifier, person: Reader, db: Books) -> CustomerView:
    """All about a customer on one page: aging, items, promises, holds, notices, activities."""
    master = await _customer(customer_id, db)
    as_of = db.today or date.min  # nothing is overdue before the first business day
    owed = await db.fetch("view_owed", customer_id)
    return CustomerView(
        **master,
        as_of=db.today,
        aging=[AgedView.of(figures) for figures in aged((tuple(row.values()) for row in owed), as_of)],
        items=[ItemView.of(row, as_of) for row in await db.fetch("view_items", customer_id, _ITEMS_SHOWN)],
        promises=[
            PromiseView.of(promise_from_row(row)) for row in await db.fetch("view_promises", customer_id, _LATEST_SHOWN)
        ],
        holds=[HoldView.of(hold_from_row(row)) for row in await db.fetch("view_active_holds", customer_id)],
        notices=[NoticeView.of(row) for row in await db.fetch("view_notices", customer_id, _LATEST_SHOWN)],
        activities=[ActivityView.of(row) for row in await db.fetch("view_activities", customer_id, _LATEST_SHOWN)],
    )


async def _customer(customer_id: str, db: ReadSession) -> dict[str, Any]:
    row = await db.fetchrow("view_customer", customer_id)
    if row is None:
        raise NotFound(
            f"customer {customer_id!r} is not known to collections: check the id, or wait for its first item"
        )
    return dict(row)
