"""A service as a process: started in an event loop, served over HTTP, stopped gracefully."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from shared.chassis.declare.service import Service
from shared.chassis.declare.settings import ServiceSettings, load_settings
from shared.chassis.errors import ConfigurationError
from shared.chassis.observe.gc_tuning import freeze_startup_objects, raise_gc_thresholds
from shared.chassis.observe.logs import configure_logs
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.chassis.transaction.migrate import migrate


@contextlib.asynccontextmanager
async def started(service: Service, settings: ServiceSettings) -> AsyncIterator[ServiceRuntime]:
    """The service at work in this event loop, without its HTTP server."""
    running = ServiceRuntime(service, settings)
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
    await migrate(service, settings.database_url)
    async with started(service, settings) as running:
        app: FastAPI = running.app()
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
        freeze_startup_objects()
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({http, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await http
        stopping.cancel()


def run(service: Service) -> None:
    """The process of a service. A wrong setting ends the start with a sentence that names it."""
    try:
        settings = load_settings(service.settings)
        configure_logs(service.name, level=settings.log_level, style=settings.log_format)
        raise_gc_thresholds()
        uvloop.run(serve(service, settings))
    except ConfigurationError as error:
        sys.exit(f"{service.name}: {error}")
