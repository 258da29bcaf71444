"""ReadSession: a connection that can only read, sees one moment, and is ended when it takes too long."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, cast

import asyncpg
from fastapi import Depends, Request

from shared.chassis.http.backend import backend
from shared.chassis.transaction.transactions import business_days
from shared.kernel.business_days import BusinessDays


class ReadSession:
    """Named queries over one consistent moment of the service's database."""

    def __init__(self, connection: Any, queries: dict[str, str], days: BusinessDays) -> None:
        self._connection = connection
        self._queries = queries
        self.days = days
        """The business day of each company."""

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        return cast("list[asyncpg.Record]", await self._connection.fetch(self._queries[query], *arguments))

    async def fetchrow(self, query: str, *arguments: Any) -> asyncpg.Record | None:
        return cast("asyncpg.Record | None", await self._connection.fetchrow(self._queries[query], *arguments))

    async def fetchval(self, query: str, *arguments: Any) -> Any:
        return await self._connection.fetchval(self._queries[query], *arguments)


async def _reading(request: Request) -> AsyncIterator[ReadSession]:
    here = backend(request)
    transactions, milliseconds = here.transactions, int(here.settings.http_statement_seconds_max * 1000)
    async with (
        transactions.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute(f"SET LOCAL statement_timeout = {milliseconds}")
        days = await business_days(connection, transactions.queries)
        yield ReadSession(connection, transactions.queries, days)


def read_session() -> Any:
    """A dependency that gives a ReadSession, let go before the answer travels."""
    return Depends(_reading, scope="function")
