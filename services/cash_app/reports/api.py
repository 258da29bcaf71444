"""Reports over HTTP: customers' accounts, the match rate, and the way from the general ledger to the documents."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.cash_app.access import Books, Reader
from services.cash_app.open_items.api import known_customer
from services.cash_app.payments.schemas import ApplicationLineView
from services.cash_app.reports.schemas import (
    AccountItem,
    AccountPayment,
    By,
    CustomerAccount,
    EntryItem,
    EntryPayment,
    EntryPosting,
    JournalEntry,
    MatchRate,
    MatchRateLine,
    balances_of,
)
from shared.chassis.http import Cursor, Limit, NotFound, Unprocessable, decode_cursor, encode_cursor
from shared.contracts.event import BusinessDate, Identifier
from shared.kernel.journal import Account

router = APIRouter()


@router.get("/customers/{customer_id:path}/account")
async def account(
    customer_id: str,
    person: Reader,
    db: Books,
    as_of: BusinessDate | None = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="The maximum length of each list.")] = 200,
) -> CustomerAccount:
    """A customer's account at the end of any day; without `as_of`, of each company's own business day."""
    customer = await known_customer(customer_id, db)
    latest = as_of or db.days.latest
    if latest is None:
        raise Unprocessable("no business day has begun yet: name the day, e.g. as_of=2026-03-31")
    shown = customer_id, as_of, limit, latest
    return CustomerAccount(
        customer_id=customer_id,
        name=customer["name"],
        as_of=as_of or (db.days.of(customer["company_id"]) if customer["company_id"] else latest),
        balances=balances_of(await db.fetch("view_balances", customer_id, as_of, latest)),
        items=[AccountItem.of(row) for row in await db.fetch("view_items_as_of", *shown)],
        payments=[AccountPayment.of(row) for row in await db.fetch("view_payments_as_of", *shown)],
        applications=[ApplicationLineView.of(row) for row in await db.fetch("view_applications_as_of", *shown)],
    )


@router.get("/reports/match-rate")
async def match_rate(
    *,
    person: Reader,
    db: Books,
    since: BusinessDate,
    until: BusinessDate,
    by: By = "all",
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> MatchRate:
    """Payments and lines that needed no person: in all, or by source, rule, customer, month or company."""
    (after,) = decode_cursor(cursor, 1, str)
    rows = await db.fetch("match_rate", since, until, company_id, by, after, limit + 1)
    shown = rows[:limit]
    return MatchRate(
        since=since,
        until=until,
        by=by,
        lines=[_rate(row, by) for row in shown],
        next_cursor=encode_cursor([shown[-1]["label"]]) if len(rows) > limit else None,
    )


@router.get("/journal/entries/{entry_id:path}")
async def journal_entry(
    entry_id: str,
    person: Reader,
    db: Books,
    customer_id: Annotated[
        str, Query(max_length=80, description="As a batch's posting shows it; - stands for no customer.")
    ],
) -> JournalEntry:
    """What a posting of a journal batch stands for: the entry's postings, its payments and its items."""
    postings = await db.fetch("entry_postings", customer_id, entry_id)
    if not postings:
        raise NotFound(
            f"there is no journal entry {entry_id!r} of customer {customer_id!r}: "
            "take both as a batch's posting shows them, see GET /journal/batches"
        )
    return JournalEntry(
        customer_id=customer_id,
        entry_id=entry_id,
        postings=[_posting(row) for row in postings],
        payments=[EntryPayment.of(row) for row in await db.fetch("entry_payments", customer_id, entry_id)],
        items=[EntryItem.of(row) for row in await db.fetch("entry_items", customer_id, entry_id)],
    )


def _rate(row: Any, by: By) -> MatchRateLine:
    return MatchRateLine(
        **dict(row),
        payment_rate_percent=None if by == "rule" else _percent(row["payments_by_rule"], row["payments"]),
        line_rate_percent=_percent(row["lines_by_rule"], row["lines"]),
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01")) if whole else None


def _posting(row: Any) -> EntryPosting:
    names = {side: Account(row[side]).name.lower().replace("_", " ") for side in ("debit", "credit")}
    return EntryPosting.of({**row, "debit_name": names["debit"], "credit_name": names["credit"]})
