"""Money that could not be handled: tried again as often as a fault of the system asks for, then a clerk's queue.

These are the service's dead letters of what banks and payers say; a clerk may try one again once its reason is mended.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from services.cash_app.access import Books, Clerk, Reader
from services.cash_app.views_desk import QueueTotal, WithReason
from shared.chassis.http import Conflict, Cursor, Limit, Page, ReadSession, decode_cursor

if TYPE_CHECKING:
    from shared.chassis.runtime.service_runtime import ServiceRuntime

router = APIRouter()
_UNREADABLE: Final = "-"
_COUNTED_MAX: Final = 5_000
_AGAIN: Final = "put right what the reason names, then POST /desk/failed/{}/retry"
_BY_HAND: Final = "; what can never be handled is keyed in by POST /deposits"


class FailedEvent(BaseModel):
    """What was said and could not be handled. Amounts and dates as they were said; null where nothing can be read."""

    event_id: UUID
    what: str
    """PaymentReceived, PaymentReturned, RemittanceAdvised or CreditMemoPosted."""
    payment_id: str | None
    """Of the payment, return, advice or credit memo."""
    bank_reference: str | None
    customer_id: str | None
    currency: str | None
    amount: Decimal | None
    value_date: str | None
    reason: str
    attempts: int
    since: datetime
    remedy: str


class Retried(BaseModel):
    event_id: UUID
    status: str


@router.get("/desk/failed")
async def failed(person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50) -> Page[FailedEvent]:
    """Payments, returns, remittance advice and credit memos that could not be handled, with the reason and a remedy."""
    (after,) = decode_cursor(cursor, 1, UUID)
    rows = await db.fetch("desk_failed", after, limit + 1)
    return Page[FailedEvent].of(rows, limit, _failed, lambda row: [row["event_id"]])


@router.post("/desk/failed/{event_id}/retry")
async def retry(event_id: UUID, body: WithReason, request: Request, command: Clerk) -> Retried:
    """Handles it again, once however often it is asked for. 409 with the reason where it fails again."""
    await command.answer_repeat()
    running: ServiceRuntime = request.app.state.running
    # Trying again has transactions of its own and happens once by itself, so it goes before the command's.
    outcome = await running.replay_dead_letter(event_id, by=command.person.name)
    if outcome.status == "failed":
        raise Conflict(f"{event_id} could not be handled this time either: {outcome.error}")

    async def work(uow: Any) -> Retried:
        after = {"status": outcome.status, "reason": body.reason}
        uow.audit(command, action="retry_failed", subject=str(event_id), before=None, after=after)
        return Retried(event_id=event_id, status=outcome.status)

    return await command.run(work, body)


async def failed_totals(db: ReadSession) -> list[QueueTotal]:
    """How many wait and what they come to; a currency of "-" where nothing can be read."""
    entries: Counter[str] = Counter()
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in await db.fetch("desk_failed", None, _COUNTED_MAX):
        said = _failed(row)
        currency = said.currency or _UNREADABLE
        entries[currency] += 1
        amounts[currency] += said.amount or Decimal(0)
    return [
        QueueTotal(queue="failed", currency=currency, entries=entries[currency], amount=amounts[currency])
        for currency in sorted(entries)
    ]


def _failed(row: Any) -> FailedEvent:
    said = _body(row["body"])
    ids = ("payment_id", "return_id", "advice_id", "credit_memo_id")
    days = ("value_date", "advised_on", "credit_memo_date")
    event_id = row["event_id"]
    return FailedEvent(
        event_id=event_id,
        what=row["what"],
        payment_id=next((said[name] for name in ids if name in said), None),
        bank_reference=said.get("bank_reference"),
        customer_id=said.get("customer_id"),
        currency=said.get("currency"),
        amount=_amount(said.get("amount") or said.get("total")),
        value_date=next((said[name] for name in days if name in said), None),
        reason=row["reason"],
        attempts=row["attempts"],
        since=row["first_at"],
        remedy=_AGAIN.format(event_id) + (_BY_HAND if row["what"] == "PaymentReceived" else ""),
    )


def _body(content: bytes) -> dict[str, str]:
    """The values that are texts; nothing of what is no JSON object."""
    try:
        said = json.loads(content)
    except ValueError:
        return {}
    return {name: value for name, value in said.items() if isinstance(value, str)} if isinstance(said, dict) else {}


def _amount(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
