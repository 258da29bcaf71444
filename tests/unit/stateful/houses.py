"""The five services over dictionaries: their own handlers and units of work, without a database or Kafka."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, TypeVar
from uuid import UUID, uuid5

from shared.chassis.daily import DailyRun
from shared.chassis.queries import Queries
from shared.chassis.service import Service
from shared.chassis.unit_of_work import UnitOfWork
from shared.contracts.event import Event, EventContext
from tests.unit.stateful.tables import Row, Tables, statements_of

T = TypeVar("T")
KEYS_A_CHUNK = 2
"""Of daily runs: small, so that a run takes several."""
_NAMESPACE = UUID("5d3c0f1e-6f0e-4f0b-9a55-2f2f5c0a7b11")
_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def finish(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that waits for nothing outside."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]
    raise RuntimeError("a handler waits for something that is not here")


def context(number: int, source: str) -> EventContext:
    """Of the nth thing that came from outside."""
    identity = uuid5(_NAMESPACE, f"{source}/{number}")
    return EventContext(id=identity, source=source, time=_MOMENT, correlation_id=identity)


@dataclass
class Command:
    """A person's request, run on the dictionaries; stands for shared.chassis.http's."""

    house: House
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
        self.said = await _committed(uow)
        return answer


class _InMemory:
    """Mixed into a service's unit of work: the same work, other tables."""

    tables: Tables
    executes: dict[str, Callable[..., object]]

    async def fetch(self, query: str, *arguments: Any) -> list[Row]:
        return [] if query == "load_policy_versions" else self.tables.read(query, arguments)

    async def fetchrow(self, query: str, *arguments: Any) -> Row | None:
        found = await self.fetch(query, *arguments)
        return found[0] if found else None

    async def execute(self, query: str, *arguments: Any) -> str:
        self.executes[query](self.tables, *arguments)
        return ""

    async def write(self, query: str, rows: list[tuple[Any, ...]]) -> None:
        if rows and query in self.executes:
            self.executes[query](self.tables, *map(list, zip(*rows, strict=True)))
        elif rows and query != "insert_outbox":
            self.tables.write(query, rows)

    def audit(self, *what: Any, **more: Any) -> None:
        """The audit trail moves no money."""


async def _committed(uow: Any) -> list[Event]:
    said = [
        type(event).model_validate_json(event.model_dump_json()).with_context(context)
        for event, context in uow._said.values()
    ]
    await uow.flush()
    return said


class House:
    """One service: what it keeps, and what it does about a batch, a day or a command."""

    def __init__(
        self,
        service: Service,
        reads: dict[str, Callable[..., Iterable[Row]]],
        executes: dict[str, Callable[..., object]],
        daily: Sequence[str] = (),
    ) -> None:
        self.name = service.name
        self.today: date | None = None
        self._service = service
        self._executes = executes
        self._daily = daily
        roots = (service.root, *(component.sql.parent for component in service.components))
        self.tables = Tables(statements_of(*roots), reads)
        self._work: type[UnitOfWork] = type("InMemoryWork", (_InMemory, service.work), {})

    def hears(self, event: Event) -> bool:
        return type(event) in self._service.handlers.hears

    def unit_of_work(self) -> Any:
        uow: Any = self._work(None, Queries(), self.name, self.today, self._service.policies)  # type: ignore[arg-type]
        uow.tables, uow.executes = self.tables, self._executes
        return uow

    def handle(self, batch: Sequence[Event]) -> list[Event]:
        """What the service says to a batch, handled group by group in the order of its declarations."""
        return finish(self._handle(batch))

    async def _handle(self, batch: Sequence[Event]) -> list[Event]:
        uow = self.unit_of_work()
        for kind, handlers in self._service.handlers.by_event.items():
            group = sorted((event for event in batch if type(event) is kind), key=lambda event: event.business_order)
            for handler in handlers if group else ():
                await handler(group, uow)
        return await _committed(uow)

    def begin(self, company_id: str, day: date) -> list[Event]:
        """The daily runs of a day, chunk by chunk."""
        said: list[Event] = []
        for name in self._daily:
            after: str | None = ""
            while after is not None:
                run = DailyRun(self.name, name, company_id, day, after, KEYS_A_CHUNK)
                uow = self.unit_of_work()
                after = finish(self._service.handlers.daily_work[name].do(run, uow))
                said += finish(_committed(uow))
        return said
