"""The five services without Kafka: their own handlers, units of work and SQL, in a transaction that is rolled back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID, uuid5

import asyncpg

from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.service import Service
from shared.chassis.transaction.queries import load_queries
from shared.contracts.event import Event, EventContext

T = TypeVar("T")
KEYS_A_CHUNK = 2
"""Of daily runs: small, so that a run takes several."""
_NAMESPACE = UUID("5d3c0f1e-6f0e-4f0b-9a55-2f2f5c0a7b11")
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def context(number: int, source: str) -> EventContext:
    """Of the nth thing that came from outside."""
    identity = uuid5(_NAMESPACE, f"{source}/{number}")
    return EventContext(id=identity, source=source, time=_MOMENT, correlation_id=identity)


@dataclass
class Command:
    """A person's request, run in the house's transaction; stands for shared.chassis.http's."""

    house: InProcessService
    context: EventContext
    person: Any = field(
        default_factory=lambda: SimpleNamespace(name="Pat", roles=frozenset({"credit_manager", "cash_clerk"}))
    )
    said: list[Event] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return self.context.id

    async def run(self, work: Callable[[Any], Coroutine[Any, Any, T]], body: Any = None) -> T:
        uow = self.house.unit_of_work()
        answer = await work(uow)
        self.said = await _written(uow)
        return answer


async def _written(uow: Any) -> list[Event]:
    """Writes the work; what it says, as it would be read from a topic."""
    said = [
        type(event).model_validate_json(event.model_dump_json()).with_context(context)
        for event, context in uow._said.values()
    ]
    await uow.flush()
    return said


class InProcessService:
    """One service: what it keeps, and what it does about a batch, a day or a command."""

    def __init__(self, service: Service, url: str, loop: asyncio.AbstractEventLoop, daily: Sequence[str] = ()) -> None:
        """`url`: a database that this house may make its tables in. `daily`: the runs that are to be played."""
        self.name = service.name
        self.today: date | None = None
        self._service, self._url, self._loop, self._daily = service, url, loop, daily
        self._queries = load_queries(*service.sql_directories)
        self._connection: asyncpg.Connection[Any]

    def build(self) -> None:
        """Makes the tables."""

        async def build() -> None:
            await self._service.migrate(self._url)
            self._connection = await asyncpg.connect(self._url, timeout=10.0, command_timeout=30.0)

        self.finish(build())

    def close(self) -> None:
        self.finish(self._connection.close())

    def begin_story(self) -> None:
        """From here on everything is of one story."""
        self.today = None
        self._transaction = self._connection.transaction()
        self.finish(self._transaction.start())

    def end_story(self) -> None:
        """It never happened."""
        self.finish(self._transaction.rollback())

    def finish(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)

    def rows(self, table: str) -> list[asyncpg.Record]:
        return self.finish(self._connection.fetch(f"SELECT * FROM {table}"))

    def hears(self, event: Event) -> bool:
        return type(event) in self._service.handlers.subscriptions

    def unit_of_work(self) -> Any:
        return self._service.work(self._connection, self._queries, self.name, self.today, self._service.policies)

    def handle(self, batch: Sequence[Event]) -> list[Event]:
        """What the service says to a batch, handled group by group in the order of its declarations."""
        return self.finish(self._handle(batch))

    async def _handle(self, batch: Sequence[Event]) -> list[Event]:
        uow = self.unit_of_work()
        for kind, handlers in self._service.handlers.by_event.items():
            group = sorted((event for event in batch if type(event) is kind), key=lambda event: event.business_order)
            for handler in handlers if group else ():
                await handler(group, uow)
        return await _written(uow)

    def begin(self, company_id: str, day: date) -> list[Event]:
        """The daily runs of a day, chunk by chunk."""
        return [event for name in self._daily for event in self.finish(self._run(name, company_id, day))]

    async def _run(self, name: str, company_id: str, day: date) -> list[Event]:
        said: list[Event] = []
        after: str | None = ""
        while after is not None:
            uow = self.unit_of_work()
            run = DailyRun(self.name, name, company_id, day, after, KEYS_A_CHUNK)
            after = await self._service.handlers.daily_work[name].do(run, uow)
            said += await _written(uow)
        return said
