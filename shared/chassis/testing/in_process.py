"""One service without Kafka: its own handlers, units of work and SQL, on one connection that is rolled back at the end.

Everything goes through the chassis' own code: events through the inbox and the handler table, daily runs chunk by
chunk, commands with their idempotency keys, emitted events through the outbox.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from shared.chassis.auth import Person
from shared.chassis.consume.dispatch import Dispatcher
from shared.chassis.consume.received import receive
from shared.chassis.declare.service import Service
from shared.chassis.envelope import encode
from shared.chassis.schedule.daily_runner import DailyRunner
from shared.chassis.transaction.command import Command, Request
from shared.chassis.transaction.crash_points import CrashPoints
from shared.chassis.transaction.queries import Queries, load_queries
from shared.chassis.transaction.transactions import Transactions
from shared.contracts import EVENTS
from shared.contracts.event import Event, EventContext

_EMITTED: Final = """
WITH taken AS (DELETE FROM outbox RETURNING *)
SELECT event_id, type, occurred_at, correlation_id, causation_id, traceparent, body FROM taken ORDER BY id
"""
_BYTES_MAX: Final = 10_000_000


class _OneConnection:
    """Stands for a pool: every transaction takes the same connection, within the one that is rolled back."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        yield self._connection


class InProcessService:
    """A service whose database has its tables already. What a handler raises is raised to the test."""

    def __init__(self, service: Service, connection: Any, queries: Queries | None = None) -> None:
        """`queries` saves reading the SQL files again, where many tests run the same service."""
        self.service = service
        self._connection = connection
        self.transactions = Transactions(service, queries or load_queries(*service.sql_directories), CrashPoints())
        self.transactions.use(_OneConnection(connection))
        self._dispatcher = Dispatcher(service.handlers, CrashPoints())
        self._transaction: Any = None

    async def begin(self) -> None:
        """From here on everything can be undone."""
        self._transaction = self._connection.transaction()
        await self._transaction.start()

    async def undo(self) -> None:
        """Rolls back everything since `begin`."""
        await self._transaction.rollback()

    def consumes(self, event: Event) -> bool:
        return type(event) in self.service.handlers.subscriptions

    async def apply(self, events: Sequence[Event]) -> list[Event]:
        """Handles events, each with its context, as one batch; returns what was emitted."""
        received = [receive(_Record(event, offset), _BYTES_MAX) for offset, event in enumerate(events)]
        faults = [each.fault for each in received if each.event is None]
        if faults:
            raise ValueError(f"{self.service.name} cannot decode: {'; '.join(faults)}")
        async with self.transactions.begin() as uow:
            await self._dispatcher.apply(uow, received)
        return await self.emitted()

    async def run_daily(self, names: Collection[str] | None = None, *, chunk: int | None = None) -> list[Event]:
        """Does all daily runs that are due, or those of these names; `chunk` keys a transaction where it is given."""
        works = {
            name: replace(work, chunk=chunk or work.chunk)
            for name, work in self.service.handlers.daily_work.items()
            if names is None or name in names
        }
        runner = DailyRunner(self.transactions, works, poll_seconds=0.0)
        while await runner.one_chunk_of_each():
            continue
        return await self.emitted()

    def command(self, what: str, key: str, person: Person) -> Command:
        """A person's command, to be handed to a function of commands.py; `emitted` returns what came of it."""
        return Command(self.transactions, person, Request(what, key))

    async def emitted(self) -> list[Event]:
        """Takes everything out of the outbox, decoded as its consumers would; dead letters are left out."""
        rows = await self._connection.fetch(_EMITTED)
        return [self._event(row) for row in rows if row["type"] in EVENTS]

    def _event(self, row: Any) -> Event:
        context = EventContext(
            id=row["event_id"],
            source=self.service.name,
            time=row["occurred_at"],
            correlation_id=row["correlation_id"],
            causation_id=row["causation_id"],
            traceparent=row["traceparent"],
        )
        return EVENTS[row["type"]].model_validate_json(row["body"]).with_context(context)


class _Record:
    """An event in the shape of the Kafka record that would carry it."""

    def __init__(self, event: Event, offset: int) -> None:
        encoded = encode(event, event.context)
        self.topic, self.key, self.value, self.headers = encoded
        self.partition, self.offset = 0, offset
