"""A service as a process of its own, so that it can be killed, stopped and crash where a test wants it to."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from pathlib import Path

from tests.kit.world import PARTITIONS, SECRET, World

_STOP_SECONDS_MAX = 30.0


class ServiceProcess:
    """`async with ServiceProcess(world, "credit") as credit:` runs it; leaving ends it gracefully."""

    def __init__(self, world: World, name: str, **settings: str) -> None:
        self.world = world
        self.name = name
        self._settings = settings
        self._process: Process | None = None
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
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", f"services.{self.name}",
                env={**os.environ, **self._environment(), **self._settings, **settings}, stdout=log, stderr=log,
            )  # fmt: skip

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
    def process(self) -> Process:
        assert self._process is not None, "not started"
        return self._process

    async def died(self, seconds_max: float = 60.0) -> int:
        """Waits until the process is gone; its return code (negative: the signal that ended it)."""
        async with asyncio.timeout(seconds_max):
            return await self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        if self.process.returncode is None:
            self.process.send_signal(number)

    async def stop(self) -> None:
        if self._process is None:
            return
        self.signal(signal.SIGTERM)
        try:
            await self.died(_STOP_SECONDS_MAX)
        except TimeoutError:
            self.signal(signal.SIGKILL)
            await self.died()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
