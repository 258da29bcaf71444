"""Credit's unit of work on plain dictionaries, so that stories need no database."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from services.credit.handlers import handlers
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.queries import Queries
from shared.contracts.event import Event, EventContext

COLUMNS = {
    "accounts": (
        "customer_id", "customer_version", "company_id", "name", "currency", "credit_limit", "limit_version",
        "open_items_total", "open_orders_total", "state", "state_version", "holds",
    ),
    "items": ("customer_id", "item_id", "currency", "open_amount", "item_version"),
    "orders": (
        "customer_id", "order_id", "company_id", "currency", "order_date", "order_amount", "open_amount",
        "order_version", "decision", "decided_on",
    ),
    "holds": ("customer_id", "hold_id", "requested_on", "reason", "lifted_on", "lifted_by", "lift_reason"),
}  # fmt: skip
UNHEARD = (0, "", "", "", Decimal(0), 0, Decimal(0), Decimal(0), "Active", 0, "{}")
Row = dict[str, Any]


class Books:
    """The tables of credit, and a service that handles batches over them."""

    def __init__(self, today: date | None = date(2024, 3, 1)) -> None:
        self.today = today
        self.tables: dict[str, dict[Any, Row]] = {name: {} for name in COLUMNS}
        self.decisions: list[tuple[Any, ...]] = []
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
        said = work.said
        await work.flush()
        return said

    def account(self, customer_id: str) -> Row:
        return self.tables["accounts"][customer_id]

    def order(self, order_id: str) -> Row:
        return next(row for row in self.tables["orders"].values() if row["order_id"] == order_id)

    def counted(self, customer_id: str, currency: str) -> Row:
        """Exposure by part, summed over the rows."""
        items = self.tables["items"].values()
        orders = (o for o in self.tables["orders"].values() if o["decision"] in ("approved", "released"))
        return {
            "customer_id": customer_id,
            "open_items_total": _total(items, customer_id, currency),
            "open_orders_total": _total(orders, customer_id, currency),
        }


class InMemoryWork(CreditWork):
    def __init__(self, books: Books) -> None:
        super().__init__(None, Queries(), "credit", books.today, (CREDIT_RULES,))
        self._books = books

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        tables = self._books.tables
        if query == "load_policy_versions":
            return []
        if query == "count_exposure":
            return [self._books.counted(*pair) for pair in zip(*arguments, strict=True)]
        if query == "load_undecided_orders":
            return [
                row
                for _, row in sorted(tables["orders"].items())
                if row["customer_id"] in arguments[0] and row["decision"] in ("waiting", "held")
            ]
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
        elif query.startswith("save_"):
            name = query.removeprefix("save_")
            for values in rows:
                key = values[0] if name == "accounts" else values[:2]
                self._books.tables[name][key] = dict(zip(COLUMNS[name], values, strict=True))


def _total(rows: Iterable[Row], customer_id: str, currency: str) -> Decimal:
    return sum(
        (r["open_amount"] for r in rows if (r["customer_id"], r["currency"]) == (customer_id, currency)), Decimal(0)
    )
