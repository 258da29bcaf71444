"""The unit of work: what a batch, a chunk or a request changes, written set-based at its end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, Protocol, TypeVar, cast
from uuid import UUID
from weakref import proxy

import asyncpg

from shared.chassis.declare.policies import Policy, PolicyBook, PolicyKind, PolicyVersions
from shared.chassis.envelope import deterministic_id
from shared.chassis.observe.tracing import child_traceparent
from shared.chassis.transaction.audit import audit_row
from shared.chassis.transaction.queries import Queries
from shared.contracts.event import Event, EventContext

K = TypeVar("K")
A = TypeVar("A")
P = TypeVar("P", bound=Policy)


class Cause(Protocol):
    """What can cause an event: another event, a person's command, a daily run."""

    @property
    def context(self) -> EventContext: ...


@dataclass(frozen=True)
class Table(Generic[K, A]):
    """How one kind of aggregate is kept: a query that loads by key, one that saves, and the conversions.

    `load` takes one array per key part and returns rows locked in key order; `save` takes one
    array per column, in the order of `to_row`.
    """

    load: str
    save: str
    key: Callable[[A], K]
    from_row: Callable[[asyncpg.Record], A]
    to_row: Callable[[A], tuple[Any, ...]]


class Aggregates(Generic[K, A]):
    """The aggregates of one table within one unit of work: each exists once, changed ones are saved."""

    def __init__(self, uow: UnitOfWork, table: Table[K, A]) -> None:
        self._uow = uow
        self._table = table
        self._held: dict[K, A] = {}
        self._loaded: dict[K, tuple[Any, ...]] = {}
        self._absent: set[K] = set()

    async def load(self, keys: Iterable[K]) -> dict[K, A]:
        """Those of `keys` that exist; one query for the ones not held yet, locked in key order."""
        wanted = set(keys)
        missing = sorted(wanted - self._held.keys() - self._absent)  # type: ignore[type-var]
        if missing:
            composite = isinstance(missing[0], tuple)
            arguments = (
                [list(part) for part in zip(*cast("list[tuple[Any, ...]]", missing), strict=True)]
                if composite
                else [missing]
            )
            await self.fetch(self._table.load, *arguments)
            self._absent.update(key for key in missing if key not in self._held)
        return {key: self._held[key] for key in wanted if key in self._held}

    async def fetch(self, query: str, *arguments: Any) -> list[A]:
        """The aggregates of another query with the same columns; one already held stays as it is."""
        found = []
        for row in await self._uow.fetch(query, *arguments):
            aggregate = self._table.from_row(row)
            key = self._table.key(aggregate)
            if key not in self._held:
                self._held[key] = aggregate
                self._loaded[key] = self._table.to_row(aggregate)
            found.append(self._held[key])
        return found

    def get(self, key: K) -> A | None:
        return self._held.get(key)

    def __getitem__(self, key: K) -> A:
        return self._held[key]

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def held(self) -> list[A]:
        """All aggregates this unit of work knows of."""
        return list(self._held.values())

    def put(self, aggregate: A) -> A:
        """Adds the aggregate, or replaces the one with its key."""
        self._held[self._table.key(aggregate)] = aggregate
        return aggregate

    async def save(self) -> None:
        """One statement for all that differ from what was loaded, in key order."""
        changed = []
        for key in sorted(self._held):  # type: ignore[type-var]
            row = self._table.to_row(self._held[key])
            if self._loaded.get(key) != row:
                changed.append(row)
                self._loaded[key] = row
        await self._uow.write(self._table.save, changed)


class UnitOfWork:
    """One transaction's work. Subclasses declare their tables in `prepare`, in the order of saving."""

    def __init__(
        self,
        connection: Any,
        queries: Queries,
        service: str,
        today: date | None,
        policies: tuple[PolicyKind[Any], ...] = (),
    ) -> None:
        self.connection: asyncpg.Connection[Any] = connection
        self.service = service
        self.today = today
        self._queries = queries
        self._tables: list[Aggregates[Any, Any]] = []
        self._appended: dict[str, list[tuple[Any, ...]]] = {}
        self._pending: dict[UUID, tuple[Event, EventContext]] = {}
        self._began = datetime.now(UTC)
        # What belongs to a unit of work does not hold it: all of it goes when the work is done, without the collector.
        self._policies = PolicyBook(proxy(self), policies)
        self.prepare()

    def prepare(self) -> None:
        """Declares the aggregates of the service."""

    def aggregates(self, table: Table[K, A]) -> Aggregates[K, A]:
        aggregates = Aggregates(proxy(self), table)
        self._tables.append(aggregates)
        return aggregates

    @property
    def business_date(self) -> date:
        """The last business day heard of; for a person's request before the first day, today by the wall clock."""
        return self.today or datetime.now(UTC).date()

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]:
        sent = self._queries.statement(query)
        return cast("list[asyncpg.Record]", await self.connection.fetch(sent.sql, *sent.arguments(arguments)))

    async def fetchrow(self, query: str, *arguments: Any) -> asyncpg.Record | None:
        sent = self._queries.statement(query)
        return await self.connection.fetchrow(sent.sql, *sent.arguments(arguments))

    async def execute(self, query: str, *arguments: Any) -> str:
        sent = self._queries.statement(query)
        return cast("str", await self.connection.execute(sent.sql, *sent.arguments(arguments)))

    async def write(self, query: str, rows: list[tuple[Any, ...]]) -> None:
        """Runs a set-based statement that takes one array per column; nothing for no rows."""
        if not rows:
            return
        copy = self._queries.statement(query).copy
        if copy is not None:
            await self.connection.copy_records_to_table(copy.table, records=rows, columns=copy.columns)
        else:
            await self.execute(query, *zip(*rows, strict=True))

    def append(self, query: str, row: tuple[Any, ...]) -> None:
        """Queues a row of an append-only table; all rows of a query are written by one statement."""
        self._appended.setdefault(query, []).append(row)

    async def policy(self, kind: PolicyKind[P]) -> PolicyVersions[P]:
        return await self._policies.of(kind)

    def audit(self, command: Any, action: str, subject: str, before: Any, after: Any) -> None:
        """Records in the same transaction who changed what, when, from what to what."""
        self.append("insert_audit_entry", audit_row(command, action, subject, before, after))

    def emit(self, event: Event, *, cause: Cause, about: str = "") -> None:
        """Says `event` through the outbox. Its id follows from the cause and what it caused.

        `about` tells apart several events of one type and subject with the same cause.
        """
        if self.service not in event.published_by:
            raise ValueError(f"{self.service} does not say {event.topic}; {', '.join(event.published_by)} does")
        origin = cause.context
        identity = deterministic_id(origin.id, f"{event.type_name()}/{event.subject}/{about}")
        if identity in self._pending:
            raise ValueError(f"{event.topic} {event.subject} is said twice for one cause: tell them apart with `about`")
        context = EventContext(
            id=identity,
            source=self.service,
            time=self._began,
            correlation_id=origin.correlation_id,
            causation_id=origin.id,
            traceparent=child_traceparent(origin.traceparent, identity),
        )
        self._pending[identity] = (event, context)

    @property
    def pending_events(self) -> list[Event]:
        return [event for event, _ in self._pending.values()]

    async def flush(self) -> None:
        """Writes everything: one statement per table, appended rows, then the outbox."""
        for table in self._tables:
            await table.save()
        for query, rows in self._appended.items():
            await self.write(query, rows)
        self._appended.clear()
        await self.write("insert_outbox", [_outbox_row(event, context) for event, context in self._pending.values()])
        self._pending.clear()


def _outbox_row(event: Event, context: EventContext) -> tuple[Any, ...]:
    return (
        context.id,
        event.topic,
        event.key,
        event.type_name(),
        event.subject,
        context.time,
        context.correlation_id,
        context.causation_id,
        context.traceparent,
        event.model_dump_json().encode(),
        None,
    )
