"""A service as a process of its own, so that it can be killed, stopped and crash where a test wants it to."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil

from o2c.stack.idle import STALL_SECONDS
from shared.chassis.observe.stall_watch import Stalled, wait_until
from tests.kit.stack.process_pool import ForkedService
from tests.kit.stack.world import PARTITIONS, SECRET, World

_STOP_STALL_SECONDS = 30.0


class ServiceProcess:
    """`async with ServiceProcess(world, "credit") as credit:` runs it; leaving ends it gracefully."""

    def __init__(self, world: World, name: str, *, prelude: str = "", **settings: str) -> None:
        """`prelude` is Python that the process runs first: where a fault has to strike at one certain line."""
        self.world = world
        self.name = name
        self._prelude = prelude
        self._settings = settings
        self._process: ForkedService | None = None
        self.port = _free_port()
        self.log = Path(world.directory) / f"{name}-{id(self):x}.log"

    async def __aenter__(self) -> ServiceProcess:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, **settings: str) -> None:
        """Starts the process; `settings` override those given before, e.g. `O2C_CRASH_POINT=""`."""
        self.world.ports[self.name] = self.port
        environment = {**self._environment(), **self._settings, **settings}
        self._process = ForkedService(
            f"services.{self.name}", environment=environment, log=self.log, prelude=self._prelude
        )
        await self._process.start()

    def _environment(self) -> dict[str, str]:
        return {
            "O2C_DATABASE_URL": self.world.databases[self.name],
            "O2C_KAFKA_BOOTSTRAP_SERVERS": self.world.kafka.bootstrap_servers,
            "O2C_KAFKA_IDEMPOTENT_PRODUCER": str(self.world.kafka.idempotent).lower(),
            "O2C_KAFKA_PARTITIONS": str(PARTITIONS),
            "O2C_KAFKA_SESSION_SECONDS": "2",
            "O2C_TOPIC_PREFIX": self.world.prefix,
            "O2C_TOKEN_SECRET": SECRET,
            "O2C_HTTP_PORT": str(self.port),
            "O2C_LOG_LEVEL": "WARNING",
        }

    @property
    def process(self) -> ForkedService:
        assert self._process is not None, "not started"
        return self._process

    async def died(self, stall_seconds: float = STALL_SECONDS) -> int:
        """Waits until the process is gone; its return code (negative: the signal that ended it)."""
        waiting = asyncio.ensure_future(self.process.wait())
        try:
            await self._until(waiting.done, "did not end", stall_seconds)
        finally:
            waiting.cancel()
        return waiting.result()

    async def kill(self) -> None:
        """kill -9, and returns when it is gone."""
        self.signal(signal.SIGKILL)
        await self.died()

    async def fell_asleep(self) -> None:
        """Waits until the process is stopped (SIGSTOP)."""
        process = psutil.Process(self.process.pid)
        await self._until(lambda: process.status() == psutil.STATUS_STOPPED, "was not stopped")

    async def _until(self, done: Callable[[], bool], failed: str, stall_seconds: float = STALL_SECONDS) -> None:
        """Raises TimeoutError when it is not done, and the process has neither handled nor logged anything."""

        async def look() -> Mapping[str, object] | None:
            return None if done() else {"log": self._log_bytes(), "work": await self._answer("/health/idle")}

        try:
            await wait_until(look, stall_seconds=stall_seconds, poll_seconds=0.02)
        except Stalled as stalled:
            log_end = self.log.read_text()[-4000:]
            raise TimeoutError(f"{self.name} {failed}: {stalled}. Its log ends with: {log_end}") from None

    def _log_bytes(self) -> int:
        return self.log.stat().st_size if self.log.exists() else 0

    async def _answer(self, path: str) -> str:
        """What the process answers; empty where it does not."""
        try:
            async with httpx.AsyncClient(timeout=1.0) as client:
                return (await client.get(f"http://127.0.0.1:{self.port}{path}")).text
        except httpx.HTTPError:
            return ""

    async def readiness(self) -> tuple[int, dict[str, str]]:
        """Status and checks of /health/ready; status 0 where nothing answers."""
        try:
            async with httpx.AsyncClient(timeout=10.0) as client:
                answer = await client.get(f"http://127.0.0.1:{self.port}/health/ready")
        except httpx.HTTPError:
            return 0, {}
        return answer.status_code, answer.json().get("checks", {})

    async def until_ready(self, status: int = 200) -> dict[str, str]:
        """Waits until /health/ready is answered with this status; returns its checks."""
        answer: tuple[int, dict[str, str]] = 0, {}

        async def look() -> Mapping[str, object] | None:
            nonlocal answer
            answer = await self.readiness()
            return {"answer": answer, "log": self._log_bytes()} if answer[0] != status else None

        await wait_until(look, stall_seconds=STALL_SECONDS)
        return answer[1]

    def signal(self, number: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def stop(self) -> None:
        if self._process is None:
            return
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        try:
            await self.died(_STOP_STALL_SECONDS)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self.died()


@contextlib.asynccontextmanager
async def others_in_this_process(kafka: Any, postgres: Any, *processes: str) -> AsyncIterator[World]:
    """A world whose services run in the test's process, but for some that the test itself runs as processes."""
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:
        for name in world.names:
            if name not in processes:
                running.push_async_callback(world.stop, name)
                await world.start(name)
        yield world


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
