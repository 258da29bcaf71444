"""PostgreSQL and Kafka die, or their disks are full, while business runs: services report it and recover.

One load of events runs through all of it; each test ends with everything applied exactly once and books that agree.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from tests.kit import World
from tests.kit.faults.flood import Flood
from tests.kit.stack.process import ServiceProcess
from tests.kit.stack.servers import Servers, servers_of_ones_own


@dataclass(frozen=True, slots=True)
class Siege:
    """Five services as processes, on servers that no other test uses."""

    servers: Servers
    processes: Sequence[ServiceProcess]
    flood: Flood

    async def failing(self, check: str) -> list[str]:
        """The status of this check in each service, once all of them are not ready."""
        answers = await asyncio.gather(*(process.until_ready(503) for process in self.processes))
        return [answer[check] for answer in answers]

    async def recovered(self) -> None:
        """All by themselves: no service was restarted."""
        await asyncio.gather(*(process.until_ready() for process in self.processes))
        await self.flood.wave()
        await self.flood.ended(published_once=False)
        assert [process.process.returncode for process in self.processes] == [None] * len(self.processes)


@pytest.fixture(scope="module")
async def siege() -> AsyncIterator[Siege]:
    async with servers_of_ones_own() as servers, contextlib.AsyncExitStack() as running:
        world = await running.enter_async_context(World(servers.kafka, servers.databases, as_processes=True))
        await servers.move_to_the_small_disk(world)
        processes = [await running.enter_async_context(ServiceProcess(world, name)) for name in world.names]
        flood = Flood(world, size=120)
        await flood.begin()
        yield Siege(servers, processes, flood)


async def test_a_killed_postgres_costs_nothing_but_time(siege: Siege) -> None:
    """kill -9 in the middle of a wave."""
    await siege.flood.wave()
    await siege.servers.kill("postgres")
    assert all(status != "ok" for status in await siege.failing("database"))
    await siege.servers.start_postgres()
    await siege.recovered()


async def test_a_killed_kafka_costs_nothing_but_time(siege: Siege) -> None:
    await siege.flood.wave()
    await siege.servers.kill("kafka")
    assert all(status != "ok" for status in await siege.failing("broker"))
    await siege.servers.start_kafka()
    await siege.recovered()


async def test_a_full_disk_of_postgres_stops_the_services_until_there_is_room_again(siege: Siege) -> None:
    """Those to whom the wave comes first report that they cannot continue, and why; the others have nothing to do."""
    with siege.servers.disk("postgres").full():
        await siege.flood.waves(4, every_seconds=0.5)
        for process in (process for process in siege.processes if process.name in ("invoicing", "cash_app")):
            reason = (await process.until_ready(503))["progress"]
            assert "No space left on device" in reason, reason
    await siege.recovered()


async def test_a_full_disk_of_kafka_stops_it_until_there_is_room_again(siege: Siege) -> None:
    """Kafka ends itself when it cannot write; what was being published is published when it is back."""
    with siege.servers.disk("kafka").full():
        waves = asyncio.create_task(siege.flood.waves(4, every_seconds=0.5))
        await siege.servers.died("kafka")
        assert all(status != "ok" for status in await siege.failing("broker"))
    await siege.servers.start_kafka()
    await waves
    await siege.recovered()
