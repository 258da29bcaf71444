"""The worklist and the customer's page over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Query

from services.collections.access import Books, Reader
from services.collections.activities.schemas import ActivityView
from services.collections.credit_holds.schemas import HoldView
from services.collections.credit_holds.store import hold_from_row
from services.collections.dunning.schemas import NoticeView
from services.collections.promises.schemas import PromiseView
from services.collections.promises.store import promise_from_row
from services.collections.receivables.domain.aging import aged
from services.collections.receivables.schemas import AgedView, BalanceView, ItemView
from services.collections.receivables.store import customer_not_found
from services.collections.worklist.domain import days_overdue_of
from services.collections.worklist.schemas import CustomerView, WorklistEntry
from shared.chassis.http import Cursor, Limit, Page, Unprocessable, decode_cursor
from shared.contracts.event import Currency, Identifier, PositiveAmount
from shared.kernel.aging import AgingBucket

router = APIRouter()

_ITEMS_SHOWN_MAX: Final = 200
_LATEST_SHOWN_MAX: Final = 50


@router.get("/worklist")
async def list_worklist(
    *,
    person: Reader,
    db: Books,
    min_overdue: Annotated[
        PositiveAmount | None, Query(description="Only customers who owe this or more, less their credit")
    ] = None,
    bucket: Annotated[AgingBucket | None, Query(description="Only where the oldest overdue item is in it")] = None,
    promise: Annotated[bool | None, Query(description="Only with (true) or without (false) a promise to pay")] = None,
    company_id: Identifier | None = None,
    currency: Currency | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[WorklistEntry]:
    """Whom to call next: most overdue less credit first, then longest overdue; one row per customer, company and
    currency.

    Amounts of different currencies are ordered as numbers: choose a `currency` where that misleads.
    """
    position = decode_cursor(cursor, 5, Decimal, date.fromisoformat, str, str, str)
    if not db.days.begun:
        return Page(items=[])
    youngest, oldest = _days_overdue(bucket)
    rows = await db.fetch(
        "list_worklist", *position, min_overdue, youngest, oldest, promise, company_id, currency, limit + 1,
        db.days.latest,
    )  # fmt: skip
    return Page.of(
        rows,
        limit,
        lambda row: WorklistEntry.of(row, db.days.of(row["company_id"]) or date.min),
        lambda row: [row[name] for name in ("net_amount", "oldest_due_date", "customer_id", "company_id", "currency")],
    )


def _days_overdue(bucket: AgingBucket | None) -> tuple[int | None, int | None]:
    if bucket is None:
        return None, None
    try:
        return days_overdue_of(bucket)
    except ValueError as error:
        raise Unprocessable(str(error)) from None


@router.get("/customers/{customer_id:path}")
async def show_customer(*, customer_id: Identifier, person: Reader, db: Books) -> CustomerView:
    """All about a customer on one page: aging, items, promises, holds, notices, activities."""
    master = await db.fetchrow("view_customer", customer_id)
    if master is None:
        raise customer_not_found(customer_id)
    days = db.days
    owed = await db.fetch("view_owed", customer_id)
    promises = await db.fetch("view_promises", customer_id, _LATEST_SHOWN_MAX)
    return CustomerView(
        **master,
        as_of=days.of(master["company_id"]),
        aging=[AgedView.of(figures) for figures in aged((tuple(row.values()) for row in owed), days)],
        items=[
            ItemView.of(row, days.of(row["company_id"]) or date.min)  # nothing is overdue before the first business day
            for row in await db.fetch("view_items", customer_id, _ITEMS_SHOWN_MAX)
        ],
        balances=[BalanceView.of(row) for row in await db.fetch("view_balances", customer_id)],
        promises=[PromiseView.of(promise_from_row(row)) for row in promises],
        holds=[HoldView.of(hold_from_row(row)) for row in await db.fetch("view_active_holds", customer_id)],
        notices=[NoticeView.of(row) for row in await db.fetch("view_notices", customer_id, _LATEST_SHOWN_MAX)],
        activities=[ActivityView.of(row) for row in await db.fetch("view_activities", customer_id, _LATEST_SHOWN_MAX)],
    )
