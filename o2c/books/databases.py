"""The databases a check reads: one read-only connection each, through named queries."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from o2c.stack import SERVICES
from shared.chassis.transaction.queries import Queries, load_queries

_OWN_SQL = Path(__file__).parent
_ROOT = Path(__file__).parents[2]
_FURTHER_SQL = (
    _ROOT / "services" / "analytics",
    _ROOT / "services" / "cash_app" / "bank_reconciliation",
)
_STATEMENT_SECONDS_MAX = 300
LAST_DAY = date(2099, 12, 31)
"""The last day a contract allows: as of it is at present."""


class Database:
    """One service's database at one moment."""

    def __init__(self, connection: Any, queries: Queries) -> None:
        self._connection = connection
        self._queries = queries

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """The rows, under the name by which services read."""
        return await self.rows(query, *arguments)

    async def rows(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = await self._connection.fetch(self._queries[query], *arguments)
        return rows

    async def value(self, query: str, *arguments: Any) -> Any:
        return await self._connection.fetchval(self._queries[query], *arguments)

    async def amounts(
        self, query: str, *arguments: Any, keys: tuple[str, ...] = ("customer_id", "currency"), amount: str = "amount"
    ) -> dict[tuple[str, ...], Decimal]:
        """A column of amounts by its keys; nil amounts are left out, as a missing row means the same."""
        rows = await self.rows(query, *arguments)
        return {tuple(row[key] for key in keys): row[amount] for row in rows if row[amount]}


def check_queries(*more_sql: Path) -> Queries:
    """The named queries of a check, with those of further folders."""
    return load_queries(_OWN_SQL, *_FURTHER_SQL, *more_sql)


@contextlib.asynccontextmanager
async def databases_open(urls: Mapping[str, str], *more_sql: Path) -> AsyncIterator[dict[str, Database]]:
    """All five, each seen at one moment. `more_sql` are folders of further named queries.

    Raises LookupError naming a service whose URL is missing.
    """
    missing = [name for name in SERVICES if name not in urls]
    if missing:
        raise LookupError(f"the check needs all five databases; missing: {', '.join(missing)}")
    queries = check_queries(*more_sql)
    async with contextlib.AsyncExitStack() as stack:
        opened = {}
        for name in SERVICES:
            connection = await asyncpg.connect(
                urls[name], timeout=10.0, command_timeout=_STATEMENT_SECONDS_MAX, server_settings={"jit": "off"}
            )
            stack.push_async_callback(connection.close)
            await stack.enter_async_context(connection.transaction(isolation="repeatable_read", readonly=True))
            opened[name] = Database(connection, queries)
        yield opened
