"""Credit's unit of work on plain dictionaries, so that stories need no database."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from services.credit.handlers import handlers
from services.credit.request_store import CREDIT_REQUESTS, CREDIT_SCORECARD
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.transaction.queries import Queries
from shared.contracts.event import Event, EventContext

COLUMNS = {
    "accounts": (
        "customer_id", "customer_version", "company_id", "name", "currency", "credit_limit", "limit_version",
        "open_items_total", "open_orders_total", "state", "state_version", "holds", "open_orders_tax", "group_id",
        "ordered_on", "ordered_amount", "standing",
    ),
    "items": (
        "customer_id", "item_id", "currency", "open_amount", "item_version", "due_date", "closed_on", "order_id",
        "contested", "payments",
    ),
    "orders": (
        "customer_id", "order_id", "company_id", "currency", "order_date", "order_amount", "open_amount",
        "order_version", "decision", "decided_on", "order_tax", "handling", "decisions", "revision",
    ),
    "files": (
        "customer_id", "company_id", "risk_class", "reviewed_on", "review_due_on", "closed_on", "planned_limits",
        "next_limit_on",
    ),
    "holds": ("customer_id", "hold_id", "requested_on", "reason", "lifted_on", "lifted_by", "lift_reason"),
}  # fmt: skip
UNHEARD = (
    0,
    "",
    "",
    "",
    Decimal(0),
    0,
    Decimal(0),
    Decimal(0),
    "Active",
    0,
    "{}",
    Decimal(0),
    None,
    None,
    Decimal(0),
    "{}",
)
Row = dict[str, Any]


class Books:
    """The tables of credit, and a service that handles batches over them."""

    def __init__(self, today: date | None = date(2024, 3, 1)) -> None:
        self.today = today
        self.tables: dict[str, dict[Any, Row]] = {name: {} for name in COLUMNS}
        self.decisions: list[tuple[Any, ...]] = []
        self.movements: list[tuple[Any, ...]] = []
        self._ids = itertools.count()

    async def hear(self, *events: Event) -> list[Event]:
        """Handles the events as one batch; returns what credit says to it."""
        work = InMemoryWork(self)
        for event in events:
            identity = uuid5(UUID(int=0), str(next(self._ids)))
            event.with_context(
                EventContext(id=identity, source="test", time=datetime(2024, 1, 1, tzinfo=UTC), correlation_id=identity)
            )
        for kind, handle in handlers.by_event.items():
            group = sorted((e for e in events if type(e) is kind), key=lambda e: e.business_order)
            if group:
                for handler in handle:
                    await handler(group, work)
        said = work.pending_events
        await work.flush()
        return said

    def account(self, customer_id: str) -> Row:
        return self.tables["accounts"][customer_id]

    def order(self, order_id: str) -> Row:
        return next(row for row in self.tables["orders"].values() if row["order_id"] == order_id)

    def moved(self, part: str) -> Decimal:
        """The sum of the dated changes of a part of exposure."""
        return sum((row[5] for row in self.movements if row[2] == part), Decimal(0))

    def counted(self, customer_ids: list[str]) -> list[Row]:
        """What customers owe and have on order by currency, summed over the rows."""
        items = [r for r in self.tables["items"].values() if r["customer_id"] in customer_ids]
        orders = [r for r in self.tables["orders"].values() if r["decision"] in ("approved", "released")]
        keys = {
            (row["customer_id"], row["currency"]) for row in (*items, *orders) if row["customer_id"] in customer_ids
        }
        return [
            {
                "customer_id": customer_id,
                "currency": currency,
                "open_items_total": _total(items, customer_id, currency),
                "open_orders_total": _total(orders, customer_id, currency),
                "open_orders_tax": Decimal(0),
            }
            for customer_id, currency in sorted(keys)
        ]


class InMemoryWork(CreditWork):
    def __init__(self, books: Books) -> None:
        super().__init__(None, Queries(), "credit", books.today, (CREDIT_RULES, CREDIT_REQUESTS, CREDIT_SCORECARD))
        self._books = books

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        tables = self._books.tables
        if query == "load_policy_versions":
            return []
        if query == "count_exposure":
            return self._books.counted(*arguments)
        if query in ("lock_groups", "rates_on", "rates_with"):
            return []
        if query == "load_undecided_orders":
            return [
                row
                for _, row in sorted(tables["orders"].items())
                if row["customer_id"] in arguments[0] and row["decision"] in ("waiting", "held")
            ]
        if query == "load_open_requests":
            return []
        keys = arguments[0] if len(arguments) == 1 else list(zip(*arguments, strict=True))
        table = tables[query.removeprefix("load_")]
        return [table[key] for key in sorted(keys) if key in table]

    async def execute(self, query: str, *arguments: Any) -> str:
        assert query == "open_accounts"
        for customer_id in arguments[0]:
            self._books.tables["accounts"].setdefault(
                customer_id, dict(zip(COLUMNS["accounts"], (customer_id, *UNHEARD), strict=True))
            )
        return ""

    async def write(self, query: str, rows: list[tuple[Any, ...]]) -> None:
        if query == "insert_decisions":
            self._books.decisions += rows
        elif query == "insert_exposure_movements":
            self._books.movements += rows
        elif query.startswith("save_"):
            name = query.removeprefix("save_")
            for values in rows:
                key = values[0] if name in ("accounts", "files") else values[:2]
                self._books.tables[name][key] = dict(zip(COLUMNS[name], values, strict=True))


def _total(rows: Iterable[Row], customer_id: str, currency: str) -> Decimal:
    return sum(
        (r["open_amount"] for r in rows if (r["customer_id"], r["currency"]) == (customer_id, currency)), Decimal(0)
    )
