"""A service's handlers at work in this process, without Kafka: what is known beforehand, and the writes of a mix."""

from __future__ import annotations

import importlib
import time
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast
from uuid import uuid5

import asyncpg
from pydantic import SecretStr

from bench.results import Spent
from shared.chassis.batch import Received, receive
from shared.chassis.envelope import O2C_NAMESPACE, Encoded, Header, encode
from shared.chassis.running import Running
from shared.chassis.service import Service
from shared.contracts.event import Event, EventContext

T = TypeVar("T")
Write = tuple[str, tuple[Any, ...]]
"""A statement that changes rows, with its arguments."""

_MESSAGE_BYTES_MAX: Final = 10_000_000
_CHANGES_ROWS: Final = ("INSERT", "UPDATE", "DELETE", "WITH")


@dataclass(frozen=True, slots=True)
class _Record:
    """An encoded event in the shape of the Kafka record it would come as."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: list[Header]


class _Recorder:
    """Stands between a unit of work and its connection and keeps what is written."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.written: list[Write] = []
        self.seconds = 0.0

    async def _timed(self, work: Awaitable[T]) -> T:
        started = time.perf_counter()
        try:
            return await work
        finally:
            self.seconds += time.perf_counter() - started

    def _keep(self, query: str, arguments: tuple[Any, ...]) -> None:
        if _first_word(query) in _CHANGES_ROWS:
            self.written.append((query, arguments))

    async def execute(self, query: str, *arguments: Any) -> str:
        self._keep(query, arguments)
        return cast("str", await self._timed(self._connection.execute(query, *arguments)))

    async def fetch(self, query: str, *arguments: Any) -> Any:
        self._keep(query, arguments)
        return await self._timed(self._connection.fetch(query, *arguments))

    async def fetchrow(self, query: str, *arguments: Any) -> Any:
        self._keep(query, arguments)
        return await self._timed(self._connection.fetchrow(query, *arguments))


def service_named(name: str) -> Service:
    return cast("Service", importlib.import_module(f"services.{name}.app").service)


def encoded(events: Iterable[Event], mix: str) -> list[Encoded]:
    """The events as their first speaker would publish them, each with an id that is the same in every run."""
    records = []
    for number, event in enumerate(events):
        identity = uuid5(O2C_NAMESPACE, f"bench/{mix}/{number}")
        context = EventContext(
            id=identity, source=event.said_by[0], time=datetime.now(UTC), correlation_id=identity, traceparent=None
        )
        records.append(encode(event, context))
    return records


def in_batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


async def apply(name: str, database_url: str, records: Sequence[Encoded], size: int, spent: Spent) -> list[list[Write]]:
    """Has the service handle the records in transactions of `size`; what each of these wrote.

    Adds to `spent` where the time went, the first transaction left out.
    """
    service = service_named(name)
    settings = service.settings(
        database_url=database_url, token_secret=SecretStr("for the bench only, long enough for HS256")
    )
    running = Running(service, settings)
    connection = await asyncpg.connect(database_url, server_settings={"timezone": "UTC", "jit": "off"})
    try:
        return [
            await _transact(running, connection, batch, spent if number else Spent())
            for number, batch in enumerate(in_batches(records, size))
        ]
    finally:
        await connection.close()


async def _transact(running: Running, connection: Any, records: Sequence[Encoded], spent: Spent) -> list[Write]:
    service, clock = running.service, time.perf_counter
    began = clock()
    received = [_received(record, offset) for offset, record in enumerate(records)]
    decoded = clock()
    async with connection.transaction():
        recorder = _Recorder(connection)
        today = await connection.fetchval(running.queries["last_business_day"])
        uow = service.work(recorder, running.queries, service.name, today, service.policies)
        await running.processor.apply_in(uow, received)
        await uow.flush()
        handled = clock()
    spent.decode += decoded - began
    spent.domain += handled - decoded - recorder.seconds
    spent.sql += recorder.seconds
    spent.commit += clock() - handled
    return recorder.written


def _received(record: Encoded, offset: int) -> Received:
    received = receive(
        _Record(record.topic, 0, offset, record.key, record.value, record.headers), bytes_max=_MESSAGE_BYTES_MAX
    )
    if received.event is None:
        raise ValueError(f"the bench made an event that cannot be decoded: {received.fault}")
    return received


def _first_word(query: str) -> str:
    words = (line.split() for line in query.splitlines() if not line.lstrip().startswith("--"))
    return next((parts[0].upper() for parts in words if parts), "")
