"""The five services in one process, each on a database of its own, driven by a test that is not asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID, uuid5

import asyncpg

from shared.chassis.auth import Person
from shared.chassis.declare.service import Service
from shared.chassis.testing.in_process import InProcessService
from shared.chassis.transaction.command import Command
from shared.chassis.transaction.migrate import migrate
from shared.contracts.event import Event, EventContext

T = TypeVar("T")
KEYS_A_CHUNK: Final = 2
"""Of daily runs: small, so that a run takes several."""
PAT: Final = Person("Pat", frozenset({"credit_manager", "cash_clerk"}))
_NAMESPACE = UUID("5d3c0f1e-6f0e-4f0b-9a55-2f2f5c0a7b11")
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def context(number: int, source: str) -> EventContext:
    """Of the nth thing that came from outside."""
    identity = uuid5(_NAMESPACE, f"{source}/{number}")
    return EventContext(id=identity, source=source, time=_MOMENT, correlation_id=identity)


class StoryService:
    """One service and the loop it runs in. `daily` names the daily runs that a story plays."""

    def __init__(self, service: Service, url: str, loop: asyncio.AbstractEventLoop, daily: Sequence[str] = ()) -> None:
        """`url`: a database without tables."""
        self.name = service.name
        self._service, self._url, self._loop, self._daily = service, url, loop, daily
        self._connection: asyncpg.Connection[Any]
        self._inside: InProcessService

    def build(self) -> None:
        """Makes the tables."""

        async def build() -> None:
            await migrate(self._service, self._url)
            self._connection = await asyncpg.connect(self._url, timeout=10.0, command_timeout=30.0)

        self._finish(build())
        self._inside = InProcessService(self._service, self._connection)

    def close(self) -> None:
        self._finish(self._connection.close())

    def begin_story(self) -> None:
        self._finish(self._inside.begin())

    def end_story(self) -> None:
        """The database is as it was before the story."""
        self._finish(self._inside.undo())

    def rows(self, table: str) -> list[asyncpg.Record]:
        return self._finish(self._connection.fetch(f"SELECT * FROM {table}"))

    def consumes(self, event: Event) -> bool:
        return self._inside.consumes(event)

    def handle(self, batch: Sequence[Event]) -> list[Event]:
        """The events that the service emits when it handles a batch."""
        return self._finish(self._inside.apply(batch))

    def run_daily(self) -> list[Event]:
        """The events that the daily runs emit."""
        return self._finish(self._inside.run_daily(self._daily, chunk=KEYS_A_CHUNK))

    def ask(self, number: int, what: Callable[[Command], Coroutine[Any, Any, T]]) -> tuple[T, list[Event]]:
        """The answer to the nth request of a person, and the events that follow."""
        answer = self._finish(what(self._inside.command("a request", str(number), PAT)))
        return answer, self._finish(self._inside.emitted())

    def _finish(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)
