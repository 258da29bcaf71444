"""Payments over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Final

from fastapi import APIRouter

from services.cash_app.access import Books, Reader
from services.cash_app.payments.domain.payment import PaymentState
from services.cash_app.payments.schemas import (
    ApplicationLineView,
    BankData,
    DuplicateView,
    PaymentDetail,
    PaymentView,
    PendingDocumentView,
)
from shared.chassis.http import Cursor, Limit, NotFound, Page, decode_cursor
from shared.contracts.event import BusinessDate, Identifier

router = APIRouter()

_LINES_SHOWN_MAX: Final = 2_000


@router.get("/payments")
async def payments(
    *,
    person: Reader,
    db: Books,
    state: PaymentState | None = None,
    customer_id: Identifier | None = None,
    since: BusinessDate | None = None,
    until: BusinessDate | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PaymentView]:
    """Payments by state, customer and value date, the latest first."""
    before = decode_cursor(cursor, 2, date.fromisoformat, str) if cursor else (None, None)
    rows = await db.fetch("view_payments", state, customer_id, since, until, *before, limit + 1)
    return Page[PaymentView].of(rows, limit, PaymentView.of, lambda row: (row["value_date"], row["payment_id"]))


@router.get("/payments/{payment_id:path}")
async def payment(payment_id: str, person: Reader, db: Books) -> PaymentDetail:
    """One payment: its customer and how it was identified, what it settled and why, what it waits for."""
    row = await db.fetchrow("view_payment", payment_id)
    if row is None:
        raise NotFound(f"there is no payment {payment_id!r}: GET /payments lists them")
    applied = await db.fetch("view_applications_of_payment", payment_id, _LINES_SHOWN_MAX)
    pending = await db.fetch("view_pending_documents_of_payment", row["customer_id"], payment_id)
    duplicates = await db.fetch("view_duplicates_of_payment", payment_id, _LINES_SHOWN_MAX)
    return PaymentDetail.of(
        {
            **row,
            "notes": row["note"].splitlines(),
            "bank": BankData.of_payment(row),
            "applications": [ApplicationLineView.of(line) for line in applied],
            "pending_documents": [PendingDocumentView.of(line) for line in pending],
            "duplicates": [DuplicateView.of(line) for line in duplicates],
        }
    )
