"""A service's handlers at work in this process, without Kafka: what is known beforehand, and the writes of a mix."""

from __future__ import annotations

import contextlib
import importlib
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar, cast
from uuid import uuid5

import asyncpg
from pydantic import SecretStr

from bench.results import Spent
from shared.chassis.consume.received import Received, receive
from shared.chassis.declare.service import Service
from shared.chassis.envelope import O2C_NAMESPACE, Encoded, Header, encode
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.chassis.transaction.transactions import business_days
from shared.chassis.transaction.unit_of_work import UnitOfWork
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


class _Timed:
    """Stands between a unit of work and its connection and adds up how long PostgreSQL and asyncpg took."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.seconds = 0.0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        work = getattr(self._connection, name)

        async def timed(*arguments: Any, **options: Any) -> Any:
            started = time.perf_counter()
            try:
                return await work(*arguments, **options)
            finally:
                self.seconds += time.perf_counter() - started

        return timed


def _recording(work: type[UnitOfWork]) -> type[Any]:
    """The service's unit of work, which keeps each of its writes as one statement with one array per column."""

    class Recording(work):  # type: ignore[valid-type, misc]
        def prepare(self) -> None:
            self.written: list[Write] = []
            super().prepare()

        def _keep(self, query: str, arguments: Iterable[Any]) -> None:
            sql = self._queries[query]
            if _first_word(sql) in _CHANGES_ROWS:
                self.written.append((sql, tuple(arguments)))

        async def fetch(self, query: str, *arguments: Any) -> Any:
            self._keep(query, arguments)
            return await super().fetch(query, *arguments)

        async def fetchrow(self, query: str, *arguments: Any) -> Any:
            self._keep(query, arguments)
            return await super().fetchrow(query, *arguments)

        async def execute(self, query: str, *arguments: Any) -> Any:
            self._keep(query, arguments)
            return await super().execute(query, *arguments)

        async def write(self, query: str, rows: list[tuple[Any, ...]]) -> None:
            if rows and self._queries.statement(query).copy is not None:
                self._keep(query, map(list, zip(*rows, strict=True)))
            await super().write(query, rows)

    return Recording


def service_named(name: str) -> Service:
    return cast("Service", importlib.import_module(f"services.{name}.app").service)


def encoded(events: Iterable[Event], mix: str) -> list[Encoded]:
    """The events as their first producer would publish them, each with an id that is the same in every run."""
    records = []
    for number, event in enumerate(events):
        identity = uuid5(O2C_NAMESPACE, f"bench/{mix}/{number}")
        context = EventContext(
            id=identity, source=event.published_by[0], time=datetime.now(UTC), correlation_id=identity, traceparent=None
        )
        records.append(encode(event, context))
    return records


def in_batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))


@dataclass(frozen=True, slots=True)
class Publishing:
    """Where events are published to, so that the time it takes is measured."""

    bootstrap_servers: str
    idempotent: bool
    prefix: str


async def apply(
    name: str,
    database_url: str,
    records: Sequence[Encoded],
    size: int,
    spent: Spent,
    *,
    publishing: Publishing | None = None,
) -> list[list[Write]]:
    """Has the service handle the records in transactions of `size`; what each of these wrote.

    Adds to `spent` where the time went, the first transaction left out. What is emitted stays in the outbox, or is
    published from there after each transaction.
    """
    service = service_named(name)
    broker: dict[str, Any] = {}
    if publishing is not None:
        broker = {
            "kafka_bootstrap_servers": publishing.bootstrap_servers,
            "kafka_idempotent_producer": publishing.idempotent,
            "topic_prefix": publishing.prefix,
        }
    settings = service.settings(
        database_url=database_url, token_secret=SecretStr("for the bench only, long enough for HS256"), **broker
    )
    running = ServiceRuntime(service, settings)
    connection = await asyncpg.connect(database_url, server_settings={"timezone": "UTC", "jit": "off"})
    try:
        async with contextlib.AsyncExitStack() as ending:
            if publishing is not None:
                await ending.enter_async_context(running.relay.publishing())
            written = []
            for number, batch in enumerate(in_batches(records, size)):
                took = spent if number else Spent()
                written.append(await _transact(running, connection, batch, took))
                if publishing is not None:
                    began = time.perf_counter()
                    while await running.relay.relay_once(connection):
                        continue
                    took.publish += time.perf_counter() - began
            return written
    finally:
        await connection.close()


async def _transact(running: ServiceRuntime, connection: Any, records: Sequence[Encoded], spent: Spent) -> list[Write]:
    service, clock = running.service, time.perf_counter
    work = _recording(cast("type[UnitOfWork]", service.work))
    began = clock()
    received = [_received(record, offset) for offset, record in enumerate(records)]
    decoded = clock()
    async with connection.transaction():
        timed = _Timed(connection)
        days = await business_days(connection, running.queries)
        uow = work(timed, running.queries, service.name, days, service.policies)
        await running.dispatcher.apply(uow, received)
        await uow.flush()
        handled = clock()
    spent.decode += decoded - began
    spent.domain += handled - decoded - timed.seconds
    spent.sql += timed.seconds
    spent.commit += clock() - handled
    written: list[Write] = uow.written
    return written


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
