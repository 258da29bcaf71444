"""A PostgreSQL and a Kafka of a test's own, to be killed and started again."""

from __future__ import annotations

import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from o2c.stack.brokers import Kafka, NotHere, maven_kafka
from o2c.stack.children import Children
from o2c.stack.ports import Ports
from o2c.stack.postgres import embedded_postgres
from tests.conftest import Databases


class Servers:
    """Both keep their ports and their data over a death."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._ports = Ports(directory / "ports.json")
        self.children = Children(directory)
        self.kafka: Kafka
        self.databases: Databases

    async def start_postgres(self) -> None:
        server = await embedded_postgres(self.children, self._directory / "postgres", self._ports, durable=False)
        self.databases = Databases(server)

    async def start_kafka(self) -> None:
        self.kafka = await maven_kafka(self.children, self._directory / "kafka", self._ports)

    async def kill(self, name: str) -> None:
        """kill -9 of the server's process; returns when it is gone."""
        (child,) = self.children.named([name])
        child.process.send_signal(signal.SIGKILL)
        await child.wait(20.0)
        await self.children.stop(child)


@contextlib.asynccontextmanager
async def servers_of_ones_own() -> AsyncIterator[Servers]:
    """Skips the test where no Kafka can be had that keeps its data over a kill."""
    with tempfile.TemporaryDirectory(prefix="o2c-test-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        servers = Servers(Path(directory))
        try:
            await servers.start_postgres()
            try:
                await servers.start_kafka()
            except NotHere as reason:
                pytest.skip(f"no broker that could be killed: {reason}")
            yield servers
        finally:
            await servers.children.stop_all()
