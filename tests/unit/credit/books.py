"""The credit service as a story plays it: batches of events in, events out, and rows to check.

Two stores stand behind it: plain dictionaries (`in_memory.py`), fast enough for property tests, and PostgreSQL
(`tests/integration/test_credit_store.py`). There the same stories are played on PostgreSQL, and random histories on
both stores, which must end with the same rows.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID, uuid5

from services.credit.handlers import handlers
from services.credit.work import CreditWork
from shared.contracts.event import Event, EventContext

TODAY: Final = date(2024, 3, 1)

COLUMNS: Final = {
    "account": (
        "customer_id", "customer_version", "company_id", "name", "currency", "credit_limit", "limit_version",
        "open_items_total", "open_orders_total", "state", "state_version", "holds", "open_orders_tax", "group_id",
        "ordered_on", "ordered_amount", "profile",
    ),
    "open_item": (
        "customer_id", "item_id", "currency", "open_amount", "item_version", "due_date", "closed_on", "order_id",
        "contested", "payments",
    ),
    "open_order": (
        "customer_id", "order_id", "company_id", "currency", "order_date", "order_amount", "open_amount",
        "order_version", "decision", "decided_on", "order_tax", "instructions", "decisions", "revision",
    ),
    "credit_file": (
        "customer_id", "company_id", "risk_class", "reviewed_on", "review_due_on", "closed_on", "planned_limits",
        "next_limit_on",
    ),
    "account_hold": (
        "customer_id", "hold_id", "promise_id", "requested_on", "reason", "lifted_on", "lifted_by", "lift_reason",
    ),
    "order_decision": (
        "customer_id", "order_id", "decision", "decided_on", "decided_by", "reasons", "exposure", "credit_limit",
        "policy_version", "remarks", "reason_code", "facts",
    ),
    "exposure_movement": (
        "customer_id", "business_date", "part", "detail", "currency", "change", "cause_id",
    ),
}  # fmt: skip
"""The tables that stories check, with their columns. The last two are append-only."""

Row = dict[str, Any]


class Books(ABC):
    """The credit service on one store."""

    def __init__(self, today: date = TODAY) -> None:
        self.today = today
        self._ids = itertools.count()

    async def handle(self, *events: Event) -> list[Event]:
        """Handles the events as one batch; returns the events that credit publishes."""
        for event in events:
            identity = uuid5(UUID(int=0), str(next(self._ids)))
            event.with_context(
                EventContext(id=identity, source="test", time=datetime(2024, 1, 1, tzinfo=UTC), correlation_id=identity)
            )
        async with self.begin() as work:
            for kind, handle in handlers.by_event.items():
                group = sorted((e for e in events if type(e) is kind), key=lambda e: e.business_order)
                if group:
                    for handler in handle:
                        await handler(group, work)
            published = work.pending_events
            await work.flush()
        return published

    @abstractmethod
    def begin(self) -> AbstractAsyncContextManager[CreditWork]:
        """Begins the unit of work of one batch."""

    @abstractmethod
    async def rows(self, table: str) -> list[Row]:
        """The rows of one of the tables in COLUMNS: by key, or in the order in which they were appended."""

    @abstractmethod
    async def change(self, table: str, key: tuple[str, str], **values: Any) -> None:
        """Changes the rows with this value in this column, as other parts of the service would."""

    async def account(self, customer_id: str) -> Row:
        return next(row for row in await self.rows("account") if row["customer_id"] == customer_id)

    async def order(self, order_id: str) -> Row:
        return next(row for row in await self.rows("open_order") if row["order_id"] == order_id)

    async def moved(self, part: str) -> Decimal:
        """The sum of the dated changes of a part of exposure."""
        return sum((row["change"] for row in await self.rows("exposure_movement") if row["part"] == part), Decimal(0))


OpenBooks = Callable[..., Books]
"""Opens empty books: the fixture `open_books`, which decides on the store. Takes today's date."""
