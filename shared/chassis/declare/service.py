"""A service's declaration: what it is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter

from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.transaction.migrate import migrate
from shared.chassis.transaction.unit_of_work import UnitOfWork

_CHASSIS_SQL = Path(__file__).parent.parent / "transaction" / "sql"


class Component(Protocol):
    """Something several services are built from, with tables and routes of its own (the ledger)."""

    @property
    def name(self) -> str: ...
    @property
    def sql(self) -> Path: ...
    @property
    def migrations(self) -> Path: ...
    @property
    def router(self) -> APIRouter: ...


@dataclass(frozen=True)
class Service:
    name: str
    title: str
    root: Path
    handlers: HandlerTable
    work: type[UnitOfWork]
    router: APIRouter
    settings: type[ServiceSettings] = ServiceSettings
    policies: tuple[PolicyKind[Any], ...] = ()
    components: tuple[Component, ...] = field(default=())
    file_paths: frozenset[str] = frozenset()
    """Paths of routes that take a whole file as their body."""

    @property
    def sql_directories(self) -> list[Path]:
        return [_CHASSIS_SQL, *(component.sql for component in self.components), self.root]

    async def migrate(self, database_url: str) -> None:
        """Brings the service's database to today's schema."""
        parts = [(component.name, component.migrations) for component in self.components]
        await migrate(database_url, [*parts, (self.name, self.root / "migrations")])
