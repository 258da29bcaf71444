"""Set-based or not at all: how many SQL statements a batch takes does not depend on how many events are in it.

Each service lives its story for a few subjects, then for 10, then for 200; every step is one batch of one handler's
events, or one chunk of a daily run, and must take the same statements at 10 and at 200.
"""

from __future__ import annotations

import importlib
import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.service import Service
from shared.chassis.testing.in_process import InProcessService
from shared.chassis.transaction.migrate import migrate
from shared.chassis.transaction.queries import load_queries
from shared.contracts.event import Event, EventContext
from tests.integration.statement_stories import STORIES, Consumed, Daily, Given, Step
from tests.kit.events.sample import COMPANY

FEW, SMALL, LARGE = range(3), range(3, 13), range(13, 213)


class _Counted:
    """A connection whose COPY counts as a statement, too: the driver's own log leaves it out."""

    def __init__(self, connection: Any, statements: list[str]) -> None:
        self._connection = connection
        self._statements = statements

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def copy_records_to_table(self, table: str, *, records: Any, columns: Any) -> Any:
        self._statements.append(f"COPY {table}")
        return await self._connection.copy_records_to_table(table, records=records, columns=columns)


class StatementCounter:
    """A service whose handlers work on one connection, with every statement counted by its name."""

    def __init__(self, service: Service, connection: Any) -> None:
        self._service = service
        self._connection = connection
        self._queries = load_queries(*service.sql_directories)
        self._names = {sql: name for name, sql in self._queries.items()}
        self._names |= {self._queries.statement(name).sql: name for name in self._queries}
        self._after: dict[str, str] = {}

    async def take(self, step: Step, subjects: Sequence[int]) -> Counter[str]:
        """The statements that the step took for these subjects."""
        statements: list[str] = []
        inside = InProcessService(self._service, _Counted(self._connection, statements), self._queries)
        with self._connection.query_logger(lambda logged: statements.append(logged.query)):
            if isinstance(step, Consumed):
                events = [event for n in subjects for event in step.about(f"C-{n:03}", n)]
                await inside.apply([event.with_context(_context(event)) for event in events])
            else:
                async with inside.transactions.begin() as uow:
                    if isinstance(step, Daily):
                        await self._chunk(step, subjects, uow)
                    else:
                        await step.do(uow, subjects)
        return Counter(self._names.get(statement, statement) for statement in statements)

    async def _chunk(self, step: Daily, subjects: Sequence[int], uow: Any) -> None:
        service = self._service
        run = DailyRun(
            service.name, step.name, COMPANY, step.on(subjects[-1]), self._after.get(step.name, ""), len(subjects)
        )
        last = await service.handlers.daily_work[step.name].do(run, uow)
        self._after[step.name] = last or self._after.get(step.name, "")


def _context(event: Event) -> EventContext:
    identity = uuid.uuid4()
    return EventContext(id=identity, source=event.published_by[0], time=datetime.now(UTC), correlation_id=identity)


@pytest.mark.parametrize("name", STORIES)
async def test_statements_do_not_grow_with_the_batch(name: str, postgres: Any) -> None:
    service = importlib.import_module(f"services.{name}.app").service
    database = f"statements_{name}_{uuid.uuid4().hex[:8]}"
    url = postgres.create_database(database)
    try:
        await migrate(service, url)
        connection = await asyncpg.connect(url)
        try:
            grown = await growing(StatementCounter(service, connection), STORIES[name])
        finally:
            await connection.close()
    finally:
        postgres.drop(database)
    assert grown == {}


async def growing(bystander: StatementCounter, story: list[Step]) -> dict[str, dict[str, tuple[int, int]]]:
    """By step, the statements that 200 subjects took another number of than 10 did."""
    found = {}
    for step in story:
        await bystander.take(step, FEW)
        small, large = await bystander.take(step, SMALL), await bystander.take(step, LARGE)
        differing = {name: (small[name], large[name]) for name in small | large if small[name] != large[name]}
        if differing and not isinstance(step, Given):
            found[step.name if isinstance(step, Daily) else step.words] = differing
    return found


@pytest.mark.parametrize("name", STORIES)
def test_every_handler_is_in_a_story(name: str) -> None:
    handlers = importlib.import_module(f"services.{name}.app").service.handlers
    consumed = {type(event) for step in STORIES[name] if isinstance(step, Consumed) for event in step.about("C-000", 0)}
    assert consumed == set(handlers.subscriptions)
    assert {step.name for step in STORIES[name] if isinstance(step, Daily)} == set(handlers.daily_work)
