"""PostgreSQL and Kafka are killed while business runs: services say they are not ready, and recover by themselves."""

from __future__ import annotations

import asyncio
import contextlib

from tests.kit import World
from tests.kit.flood import Flood
from tests.kit.process import ServiceProcess
from tests.kit.servers import servers_of_ones_own


async def test_killed_servers_cost_nothing_but_time() -> None:
    """Each is killed with -9 in the middle of a flood and comes back; nobody restarts a service."""
    async with servers_of_ones_own() as servers, contextlib.AsyncExitStack() as running:
        world = await running.enter_async_context(World(servers.kafka, servers.databases, as_processes=True))
        processes = [await running.enter_async_context(ServiceProcess(world, name)) for name in world.names]
        flood = Flood(world, size=120)
        await flood.begin()

        servers_there_are = (
            ("postgres", "database", servers.start_postgres),
            ("kafka", "broker", servers.start_kafka),
        )
        for name, check, start in servers_there_are:
            await flood.wave()
            await servers.kill(name)
            told = await asyncio.gather(*(process.until_ready(503) for process in processes))
            assert all(checks[check] != "ok" for checks in told), told
            await start()
            await asyncio.gather(*(process.until_ready() for process in processes))
        await flood.wave()
        await flood.ended(said_once=False)
        assert [process.process.returncode for process in processes] == [None] * len(processes)
