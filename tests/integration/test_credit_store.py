"""The in-memory store of credit's stories does what PostgreSQL does: the same stories and the same rows on both."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.credit.app import service
from services.credit.work import CreditWork
from shared.chassis.transaction.migrate import migrate
from shared.chassis.transaction.queries import load_queries
from shared.kernel.business_days import BusinessDays
from tests.kit.examples import examples
from tests.unit.credit.account_status import test_account_states
from tests.unit.credit.books import COLUMNS, TODAY, Books, OpenBooks, Row
from tests.unit.credit.events import customer, hold, lift
from tests.unit.credit.histories import batches, histories
from tests.unit.credit.in_memory import InMemoryBooks
from tests.unit.credit.order_authorization import test_amendments, test_order_authorization

QUERIES = load_queries(*service.sql_directories)
ORDER_BY = {
    "order_decision": "decision_no",
    "exposure_movement": "movement_no",
    "account": "customer_id",
    "credit_file": "customer_id",
    "open_item": "customer_id, item_id",
    "open_order": "customer_id, order_id",
    "account_hold": "customer_id, hold_id",
}

for module in (test_account_states, test_amendments, test_order_authorization):
    stories = {name: story for name, story in vars(module).items() if name.startswith("test_")}
    assert stories, f"{module.__name__} has no stories"
    assert not stories.keys() & globals().keys(), f"two stories of {module.__name__} have one name"
    globals().update(stories)


class PostgresBooks(Books):
    """Everything happens in one transaction, which is rolled back at the end."""

    def __init__(self, connection: Any, today: date = TODAY) -> None:
        super().__init__(today)
        self._connection = connection

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[CreditWork]:
        yield CreditWork(self._connection, QUERIES, "credit", BusinessDays({"": self.today}), service.policies)

    async def rows(self, table: str) -> list[Row]:
        sql = f"SELECT {', '.join(COLUMNS[table])} FROM {table} ORDER BY {ORDER_BY[table]}"
        return [dict(row) for row in await self._connection.fetch(sql)]

    async def change(self, table: str, key: tuple[str, str], **values: Any) -> None:
        column, value = key
        changes = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, start=2))
        await self._connection.execute(f"UPDATE {table} SET {changes} WHERE {column} = $1", value, *values.values())


class LazyBooks(PostgresBooks):
    """A story opens its books without waiting; the transaction begins with their first batch.

    Of several books of one story only the last is open: two open transactions would wait for each other's customers.
    """

    def __init__(self, url: str, stack: AsyncExitStack, today: date = TODAY) -> None:
        super().__init__(None, today)
        self._url = url
        self._stack = stack

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[CreditWork]:
        if self._connection is None:
            await self._stack.aclose()
            self._connection = await self._stack.enter_async_context(rolled_back(self._url))
        async with super().begin() as work:
            yield work


@asynccontextmanager
async def rolled_back(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield connection
    finally:
        await transaction.rollback()
        await connection.close()


@pytest.fixture(scope="module")
async def database(postgres: Any) -> AsyncIterator[str]:
    name = f"credit_store_{uuid4().hex[:8]}"
    url = postgres.create_database(name)
    await migrate(service, url)
    yield url
    postgres.drop(name)


@pytest.fixture
async def open_books(database: str) -> AsyncIterator[OpenBooks]:
    async with AsyncExitStack() as stack:

        def opened(today: date = TODAY) -> Books:
            return LazyBooks(database, stack, today)

        yield opened


def comparable(row: Row) -> Row:
    """Documents compare by what they hold, amounts by their value, rows by their columns."""
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        return json.loads(value)
    return value.normalize() if isinstance(value, Decimal) else value


@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_any_history_leaves_the_same_rows_and_events_in_both_stores(database: str, data: st.DataObject) -> None:
    events = [*data.draw(histories()), hold(), lift(), customer("2000", version=2)]
    arriving = data.draw(batches(events))
    async with rolled_back(database) as connection:
        real, double = PostgresBooks(connection), InMemoryBooks()
        for batch in arriving:
            assert await real.handle(*batch) == await double.handle(*batch)
        for table in COLUMNS:
            found, expected = await real.rows(table), await double.rows(table)
            for one, other in itertools.zip_longest(found, expected):
                assert comparable(one or {}) == comparable(other or {}), table


async def test_every_column_of_the_tables_is_known_to_the_double(database: str) -> None:
    numbered = {"order_decision": {"decision_no", "recorded_at"}, "exposure_movement": {"movement_no"}}
    async with rolled_back(database) as connection:
        for table, columns in COLUMNS.items():
            rows = await connection.fetch(
                "SELECT column_name FROM information_schema.columns WHERE table_name = $1", table
            )
            assert {row["column_name"] for row in rows} - numbered.get(table, set()) == set(columns)
