"""The unit of work: what a batch, a chunk or a request changes, written set-based at its end."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypeVar, cast
from uuid import UUID
from weakref import proxy

import asyncpg

from shared.chassis.declare.policies import Policy, PolicyKind, PolicyVersions
from shared.chassis.envelope import deterministic_id
from shared.chassis.observe.tracing import child_traceparent
from shared.chassis.transaction.aggregates import Aggregates, Table
from shared.chassis.transaction.audit import audit_row
from shared.chassis.transaction.command import Command
from shared.chassis.transaction.policy_book import PolicyBook
from shared.chassis.transaction.queries import Queries
from shared.contracts.event import Event, EventContext
from shared.kernel.business_days import BusinessDays

__all__ = ["Aggregates", "Cause", "Table", "UnitOfWork"]

K = TypeVar("K")
A = TypeVar("A")
P = TypeVar("P", bound=Policy)


class Cause(Protocol):
    """What can cause an event: another event, a person's command, a daily run."""

    @property
    def context(self) -> EventContext: ...


class UnitOfWork:
    """One transaction's work. Subclasses declare their tables in `prepare`, in the order of saving."""

    def __init__(
        self,
        connection: Any,
        queries: Queries,
        service: str,
        days: BusinessDays,
        policies: tuple[PolicyKind[Any], ...] = (),
    ) -> None:
        self.connection: asyncpg.Connection[Any] = connection
        self.service = service
        self.days = days
        self._queries = queries
        self._tables: list[Aggregates[Any, Any]] = []
        self._appended: dict[str, list[tuple[Any, ...]]] = {}
        self._pending: dict[UUID, tuple[Event, EventContext]] = {}
        self.outcomes: Counter[str] = Counter()
        self._began = datetime.now(UTC)
        # A proxy avoids a reference cycle, so that everything is freed at the end without the garbage collector.
        self._policies = PolicyBook(proxy(self), policies)
        self.prepare()

    def prepare(self) -> None:
        """Declares the aggregates of the service."""

    def aggregates(self, table: Table[K, A]) -> Aggregates[K, A]:
        aggregates = Aggregates(proxy(self), table)
        self._tables.append(aggregates)
        return aggregates

    def business_date_of(self, company_id: str) -> date:
        """The company's business day; for a person's request before the first day, today by the wall clock."""
        return self.days.of(company_id) or datetime.now(UTC).date()

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

    def count(self, outcome: str, times: int = 1) -> None:
        """Counts what was decided, for the metric `o2c_outcomes`, once this work is committed."""
        self.outcomes[outcome] += times

    async def policy(self, kind: PolicyKind[P]) -> PolicyVersions[P]:
        return await self._policies.of(kind)

    def audit(self, command: Command, action: str, subject: str, before: Any, after: Any) -> None:
        """Records in the same transaction who changed what, when, from what to what."""
        self.append("insert_audit_entry", audit_row(command, action, subject, before, after))

    def emit(self, event: Event, *, cause: Cause, about: str = "") -> None:
        """Publishes `event` through the outbox once this work is committed. Its id follows from its cause and subject.

        `about` distinguishes several events of one type and subject with the same cause. Raises ValueError for an event
        that another service publishes, or for one emitted twice.
        """
        if self.service not in event.published_by:
            raise ValueError(f"{self.service} does not publish {event.topic}; {', '.join(event.published_by)} does")
        origin = cause.context
        identity = deterministic_id(origin.id, f"{event.type_name()}/{event.subject}/{about}")
        if identity in self._pending:
            raise ValueError(
                f"{event.topic} {event.subject} is emitted twice for one cause: distinguish them with `about`"
            )
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
