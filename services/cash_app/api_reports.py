"""Reports over HTTP: the match rate, and the way from a line of the general ledger to payment and invoice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.cash_app.access import Books, Reader
from services.cash_app.domain.payments import PaymentState
from services.cash_app.views import View
from shared.chassis.http import Cursor, Limit, NotFound, decode_cursor, encode_cursor
from shared.contracts.event import BusinessDate, Identifier
from shared.kernel.journal import Account

router = APIRouter()
By = Literal["all", "source", "rule", "customer", "month", "company"]


class MatchRateLine(BaseModel):
    """Payments received and lines they settled. By rule, envelopes are the payments with such a line."""

    label: str
    envelopes: int
    envelopes_by_rule: int
    """Applied, on account or waiting for an invoice without a person having touched them."""
    envelopes_waiting: int
    """In suspense, or unapplied and waiting for a person."""
    envelope_rate_percent: Decimal | None
    lines: int
    lines_by_rule: int
    line_rate_percent: Decimal | None


class MatchRate(BaseModel):
    """How much needed no person, of the payments with a value date in the span."""

    since: date
    until: date
    by: By
    lines: list[MatchRateLine]
    next_cursor: str | None


class EntryPosting(View):
    line: int
    business_date: date
    debit: str
    debit_name: str
    credit: str
    credit_name: str
    amount: Decimal
    currency: str
    document: str
    batch_id: str | None
    """The batch in which it went to the general ledger; null: not yet."""


class EntryItem(View):
    """A change of an item that was booked with the entry."""

    item_id: str
    document_number: str
    kind: str
    item_version: int
    business_date: date
    currency: str
    change: Decimal
    cause: str


class EntryPayment(View):
    payment_id: str
    bank_reference: str
    customer_id: str | None
    currency: str
    amount: Decimal
    value_date: date
    state: PaymentState


class JournalEntry(BaseModel):
    """A journal entry with the payments and invoices behind it."""

    customer_id: str
    entry_id: str
    postings: list[EntryPosting]
    payments: list[EntryPayment]
    items: list[EntryItem]


class ItemChange(View):
    """A dated change of an item, and what caused it: an application, reversal, write-off."""

    item_version: int
    business_date: date
    currency: str
    change: Decimal
    cause: str
    cause_id: str


@router.get("/reports/match-rate")
async def match_rate(
    person: Reader,
    db: Books,
    since: BusinessDate,
    until: BusinessDate,
    by: By = "all",
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> MatchRate:
    """Envelopes and lines that needed no person: in all, or by source, rule, customer, month or company."""
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
    customer_id: Annotated[str, Query(max_length=80, description="As a batch's posting shows it; - is nobody.")],
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


@router.get("/open-items/{item_id:path}/changes")
async def item_changes(item_id: str, person: Reader, db: Books) -> list[ItemChange]:
    """How an item's open amount came about, change by change."""
    owner = await db.fetchrow("owner_of_item", item_id)
    if owner is None:
        raise NotFound(f"there is no item {item_id!r}: GET /open-items lists what is owed")
    return [ItemChange.of(row) for row in await db.fetch("item_changes", owner["customer_id"], item_id)]


def _rate(row: Any, by: By) -> MatchRateLine:
    return MatchRateLine(
        **dict(row),
        envelope_rate_percent=None if by == "rule" else _percent(row["envelopes_by_rule"], row["envelopes"]),
        line_rate_percent=_percent(row["lines_by_rule"], row["lines"]),
    )


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part) * 100 / whole).quantize(Decimal("0.01")) if whole else None


def _posting(row: Any) -> EntryPosting:
    names = {side: Account(row[side]).name.lower().replace("_", " ") for side in ("debit", "credit")}
    return EntryPosting.of({**row, "debit_name": names["debit"], "credit_name": names["credit"]})
