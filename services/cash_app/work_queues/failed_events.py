"""Events about money that could not be handled: retried while a fault of the system lasts, then a clerk's queue.

These are the service's dead letters of what banks and payers publish; a clerk may retry one once its cause is removed.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from services.cash_app.work_queues.schemas import FailedEvent, QueueTotal
from shared.chassis.http import ReadSession

_UNREADABLE: Final = "-"
_COUNTED_MAX: Final = 5_000
_AGAIN: Final = "remove the cause that the reason names, then POST /work-queues/failed/{}/retry"
_BY_HAND: Final = "; a payment that can never be handled is entered with POST /deposits"
_IDS: Final = ("payment_id", "return_id", "advice_id", "credit_memo_id")
_DAYS: Final = ("value_date", "advised_on", "credit_memo_date")


async def failed_totals(db: ReadSession) -> list[QueueTotal]:
    """How many events are in the queue and their sum; a currency of "-" where the body cannot be read."""
    entries: Counter[str] = Counter()
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in await db.fetch("failed_events", None, _COUNTED_MAX):
        event = failed_event(row)
        currency = event.currency or _UNREADABLE
        entries[currency] += 1
        amounts[currency] += event.amount or Decimal(0)
    return [
        QueueTotal(queue="failed", currency=currency, entries=entries[currency], amount=amounts[currency])
        for currency in sorted(entries)
    ]


def failed_event(row: Any) -> FailedEvent:
    """A dead letter, with what can be read of its body."""
    body, event_id = _texts(row["body"]), row["event_id"]
    return FailedEvent(
        event_id=event_id,
        event_type=row["event_type"],
        subject_id=next((body[name] for name in _IDS if name in body), None),
        bank_reference=body.get("bank_reference"),
        customer_id=body.get("customer_id"),
        currency=body.get("currency"),
        amount=_amount(body.get("amount") or body.get("total")),
        value_date=next((body[name] for name in _DAYS if name in body), None),
        reason=row["reason"],
        attempts=row["attempts"],
        since=row["first_at"],
        remedy=_AGAIN.format(event_id) + (_BY_HAND if row["event_type"] == "PaymentReceived" else ""),
    )


def _texts(content: bytes) -> dict[str, str]:
    """The text values of a JSON object; nothing if it is no JSON object."""
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return {name: value for name, value in body.items() if isinstance(value, str)} if isinstance(body, dict) else {}


def _amount(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
