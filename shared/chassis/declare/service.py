"""A service's declaration: what it is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from fastapi import APIRouter

from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.declare.settings import ServiceSettings
from shared.contracts.event import Event
from shared.kernel.business_days import BusinessDays

CHASSIS_SQL: Final = Path(__file__).parent.parent / "transaction" / "sql"
"""The queries that every service has."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part that several services include, with tables, queries and routes of its own (the ledger, approvals).

    Its queries are the .sql files below `root`, its schema is in `root/migrations`.
    """

    name: str
    root: Path
    router: APIRouter

    @property
    def migrations(self) -> Path:
        return self.root / "migrations"


class Work(Protocol):
    """What the chassis needs of a service's unit of work; `transaction.unit_of_work.UnitOfWork` has it all."""

    days: BusinessDays
    outcomes: Counter[str]

    @property
    def pending_events(self) -> list[Event]: ...

    async def fetch(self, query: str, *arguments: Any) -> list[Any]: ...

    async def execute(self, query: str, *arguments: Any) -> str: ...

    async def flush(self) -> None: ...


WorkClass = Callable[[Any, Any, str, BusinessDays, tuple[PolicyKind[Any], ...]], Work]
"""Takes the connection, the queries, the service's name, the companies' business days and the policies."""


@dataclass(frozen=True)
class Service:
    name: str
    title: str
    root: Path
    handlers: HandlerTable
    work: WorkClass
    router: APIRouter
    settings: type[ServiceSettings] = ServiceSettings
    policies: tuple[PolicyKind[Any], ...] = ()
    components: tuple[Component, ...] = field(default=())
    file_paths: frozenset[str] = frozenset()
    """Paths of routes that take a whole file as their body."""

    @property
    def sql_directories(self) -> list[Path]:
        return [CHASSIS_SQL, *(component.root for component in self.components), self.root]

    @property
    def migrations(self) -> list[tuple[str, Path]]:
        """The schemas of its components, then its own, each with its name."""
        parts = [(component.name, component.migrations) for component in self.components]
        return [*parts, (self.name, self.root / "migrations")]
