"""Credit's unit of work on plain dictionaries, so that stories need no database.

`tests/integration/test_credit_store.py` proves that it does what PostgreSQL does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.credit.app import service
from services.credit.work import CreditWork
from shared.chassis.transaction.queries import Queries
from shared.kernel.business_days import BusinessDays
from tests.unit.credit.books import COLUMNS, TODAY, Books, Row

NEW_ACCOUNT: Final = (
    0, "", "", "", Decimal(0), 0, Decimal(0), Decimal(0), "Active", 0, "{}", Decimal(0), None, None, Decimal(0), "{}",
)  # fmt: skip
"""The defaults of the table `account`."""
TABLE_OF: Final = {
    "accounts": "account",
    "items": "open_item",
    "orders": "open_order",
    "holds": "account_hold",
    "credit_files": "credit_file",
}
"""By what the names of queries end with."""


class InMemoryBooks(Books):
    def __init__(self, today: date = TODAY) -> None:
        super().__init__(today)
        self.tables: dict[str, dict[Any, Row]] = {name: {} for name in COLUMNS}

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[CreditWork]:
        yield InMemoryWork(self)

    async def rows(self, table: str) -> list[Row]:
        return [row for _, row in sorted(self.tables[table].items())]

    async def change(self, table: str, key: tuple[str, str], **values: Any) -> None:
        column, value = key
        for row in self.tables[table].values():
            if row[column] == value:
                row.update(values)

    def counted(self, customer_ids: list[str]) -> list[Row]:
        """What customers owe and have on order by currency, summed over the rows."""
        items = [r for r in self.tables["open_item"].values() if r["customer_id"] in customer_ids]
        orders = [r for r in self.tables["open_order"].values() if r["decision"] in ("approved", "released")]
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
    """Answers the queries of the stories; any other query fails."""

    def __init__(self, books: InMemoryBooks) -> None:
        super().__init__(None, Queries(), "credit", BusinessDays({"": books.today}), service.policies)
        self._books = books

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        tables = self._books.tables
        match query:
            case "load_policy_versions" | "lock_groups" | "exchange_rates_in_force" | "load_open_requests":
                return []
            case "count_exposure":
                return self._books.counted(*arguments)
            case "load_undecided_orders":
                undecided = ("waiting", "held")
                rows = [row for row in await self._books.rows("open_order") if row["decision"] in undecided]
                return [row for row in rows if row["customer_id"] in arguments[0]]
            case "load_holds_of_promises":
                wanted = set(zip(*arguments, strict=True))
                rows = await self._books.rows("account_hold")
                return [row for row in rows if (row["customer_id"], row["promise_id"]) in wanted]
        table = tables[TABLE_OF[query.removeprefix("load_")]]
        keys = arguments[0] if len(arguments) == 1 else list(zip(*arguments, strict=True))
        return [table[key] for key in sorted(keys) if key in table]

    async def execute(self, query: str, *arguments: Any) -> str:
        assert query == "open_accounts"
        for customer_id in arguments[0]:
            self._books.tables["account"].setdefault(
                customer_id, dict(zip(COLUMNS["account"], (customer_id, *NEW_ACCOUNT), strict=True))
            )
        return ""

    async def write(self, query: str, rows: list[tuple[Any, ...]]) -> None:
        tables = self._books.tables
        if query in ("insert_decisions", "insert_exposure_movements"):
            name = "order_decision" if query == "insert_decisions" else "exposure_movement"
            for values in rows:
                tables[name][len(tables[name])] = dict(zip(COLUMNS[name], values, strict=True))
        elif query.removeprefix("save_") in TABLE_OF:
            name = TABLE_OF[query.removeprefix("save_")]
            for values in rows:
                key = values[0] if name in ("account", "credit_file") else values[:2]
                tables[name][key] = dict(zip(COLUMNS[name], values, strict=True))


def _total(rows: Iterable[Row], customer_id: str, currency: str) -> Decimal:
    return sum(
        (r["open_amount"] for r in rows if (r["customer_id"], r["currency"]) == (customer_id, currency)), Decimal(0)
    )
