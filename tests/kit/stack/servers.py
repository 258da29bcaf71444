"""A PostgreSQL and a Kafka of a test's own, to be killed, starved of disk and started again."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import pytest

from o2c.stack.brokers import Kafka, NotHere, maven_kafka
from o2c.stack.children import Children
from o2c.stack.ports import Ports
from o2c.stack.postgres import Postgres, embedded_postgres
from tests.conftest import Databases
from tests.kit.faults.small_disk import NoSmallDisk, SmallDisk, small_disk
from tests.kit.stack.world import World

_DISKS_MB: Final = {"kafka": 256, "postgres": 96}


class Servers:
    """Both keep their ports and their data over a death.

    Kafka's data, and those of databases that are moved there, lie on small disks, where these can be had.
    """

    def __init__(self, directory: Path, disks: dict[str, SmallDisk], no_disks_because: str) -> None:
        self._directory = directory
        self._disks = disks
        self._no_disks_because = no_disks_because
        self._ports = Ports(directory / "ports.json")
        self.children = Children(directory)
        self.kafka: Kafka
        self.databases: Databases
        self._postgres: Postgres

    async def start_postgres(self) -> None:
        self._postgres = await embedded_postgres(
            self.children, self._directory / "postgres", self._ports, durable=False
        )
        self.databases = Databases(self._postgres)

    async def start_kafka(self) -> None:
        place = self._disks["kafka"].directory if self._disks else self._directory
        self.kafka = await maven_kafka(self.children, place / "kafka", self._ports)

    async def kill(self, name: str) -> None:
        """kill -9 of the server's process; returns when it is gone."""
        (child,) = self.children.named([name])
        child.process.send_signal(signal.SIGKILL)
        await self.died(name)

    async def died(self, name: str, seconds_max: float = 60.0) -> None:
        """Returns when the server's process is gone."""
        (child,) = self.children.named([name])
        async with asyncio.timeout(seconds_max):
            while child.exit_code is None:
                await asyncio.sleep(0.02)
        await self.children.stop(child)

    def disk(self, name: str) -> SmallDisk:
        """Skips the test where there is none."""
        if not self._disks:
            pytest.skip(self._no_disks_because)
        return self._disks[name]

    async def move_to_the_small_disk(self, world: World) -> None:
        """A world's databases, while no service uses them. PostgreSQL's log stays where there is room."""
        if not self._disks:
            return
        place = self._disks["postgres"].directory / "databases"
        place.mkdir()
        owner = (self._directory / "postgres" / "data").stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        connection = await asyncpg.connect(self._postgres.superuser_url)
        try:
            await connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            for url in world.databases.values():
                await connection.execute(f'ALTER DATABASE "{url.rpartition("/")[2]}" SET TABLESPACE small')
        finally:
            await connection.close()


@contextlib.asynccontextmanager
async def servers_of_ones_own() -> AsyncIterator[Servers]:
    """Skips the test where no Kafka can be had that keeps its data over a kill."""
    with contextlib.ExitStack() as held:
        name = held.enter_context(tempfile.TemporaryDirectory(prefix="o2c-test-", ignore_cleanup_errors=True))
        Path(name).chmod(0o755)
        disks, because = {}, ""
        try:
            disks = {server: held.enter_context(small_disk(size)) for server, size in _DISKS_MB.items()}
        except NoSmallDisk as reason:
            because = str(reason)
        servers = Servers(Path(name), disks, because)
        try:
            await servers.start_postgres()
            try:
                await servers.start_kafka()
            except NotHere as reason:
                pytest.skip(f"no broker that could be killed: {reason}")
            yield servers
        finally:
            await servers.children.stop_all()
