"""A service: its declarations, and how it is run as a process."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import structlog
import uvicorn
import uvloop
from fastapi import APIRouter, FastAPI

from shared.chassis.collecting import collect_rarely, nothing_so_far_is_garbage
from shared.chassis.errors import ConfigurationError
from shared.chassis.handlers import Handlers
from shared.chassis.http import create_app
from shared.chassis.logs import configure_logs
from shared.chassis.migrate import migrate
from shared.chassis.policies import PolicyKind
from shared.chassis.running import Running
from shared.chassis.settings import ServiceSettings, load_settings
from shared.chassis.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_CHASSIS_SQL = Path(__file__).parent / "sql"


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
    handlers: Handlers
    work: type[UnitOfWork]
    router: APIRouter
    settings: type[ServiceSettings] = ServiceSettings
    policies: tuple[PolicyKind[Any], ...] = ()
    components: tuple[Component, ...] = field(default=())
    file_paths: frozenset[str] = frozenset()
    """Paths of routes that take a whole file as their body."""

    @property
    def sql_directories(self) -> list[Path]:
        return [_CHASSIS_SQL, *(component.sql for component in self.components), self.root / "sql"]

    async def migrate(self, database_url: str) -> None:
        """Brings the service's database to today's schema."""
        parts = [(component.name, component.migrations) for component in self.components]
        await migrate(database_url, [*parts, (self.name, self.root / "migrations")])


@contextlib.asynccontextmanager
async def started(service: Service, settings: ServiceSettings) -> AsyncIterator[Running]:
    """The service at work in this event loop, without its HTTP server."""
    running = Running(service, settings)
    await running.start()
    try:
        yield running
    finally:
        await running.stop()


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the service decides in which order things stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


async def serve(service: Service, settings: ServiceSettings) -> None:
    """Runs the service until SIGTERM or SIGINT, then stops it gracefully."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await service.migrate(settings.database_url)
    async with started(service, settings) as running:
        app: FastAPI = create_app(running)
        server = _Server(
            uvicorn.Config(
                app,
                host=settings.http_host,
                port=settings.http_port,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_keep_alive=30,
                limit_concurrency=200,
                timeout_graceful_shutdown=5,
            )
        )
        http = asyncio.create_task(server.serve())
        nothing_so_far_is_garbage()
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({http, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await http
        stopping.cancel()


def run(service: Service) -> None:
    """The process of a service. A wrong setting ends the start with a sentence that names it."""
    try:
        settings = load_settings(service.settings)
        configure_logs(service.name, settings)
        collect_rarely()
        uvloop.run(serve(service, settings))
    except ConfigurationError as error:
        sys.exit(f"{service.name}: {error}")
