"""Several replicas of a service: one falls asleep in the middle of its work, others come and go under load."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.kit import World
from tests.kit.flood import Flood
from tests.kit.process import ServiceProcess

IDLE_SECONDS = 3
FALLS_ASLEEP_IN_A_BATCH = f"""
import os, signal
from shared.chassis import relay
from shared.chassis.batch import BatchProcessor
relay._IDLE_SESSION_MS = "{IDLE_SECONDS * 1000}"
handle, slept = BatchProcessor._handle, []
async def fall_asleep_once(self, events, uow):
    await handle(self, events, uow)
    await uow.flush()
    if not slept and any(type(event).__name__ == "OrderValidated" for event in events):
        slept.append(True)
        os.kill(os.getpid(), signal.SIGSTOP)
BatchProcessor._handle = fall_asleep_once
"""
FALLS_ASLEEP_WHILE_PUBLISHING = f"""
import os, signal
from shared.chassis import relay
relay._IDLE_SESSION_MS = "{IDLE_SECONDS * 1000}"
publish, slept = relay.OutboxRelay._publish, []
async def fall_asleep_once(self, rows):
    if not slept and any(row["topic"] == "CreditApproved" for row in rows):
        slept.append(True)
        os.kill(os.getpid(), signal.SIGSTOP)
    await publish(self, rows)
relay.OutboxRelay._publish = fall_asleep_once
"""


@contextlib.asynccontextmanager
async def the_others_in_this_process(kafka: Any, postgres: Any, *processes: str) -> AsyncIterator[World]:
    """A world whose services run in this process, but for some that the test runs as processes."""
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:
        for name in world.names:
            if name not in processes:
                running.push_async_callback(world.stop, name)
                await world.start(name)
        yield world


@pytest.mark.parametrize("prelude", [FALLS_ASLEEP_IN_A_BATCH, FALLS_ASLEEP_WHILE_PUBLISHING], ids=["batch", "relay"])
async def test_a_replica_that_wakes_after_another_took_over_does_nothing_twice(
    kafka: Any, postgres: Any, prelude: str
) -> None:
    """Stopped past its session, its transaction and its lock; the other finishes everything; then it wakes."""
    limits = {"O2C_DATABASE_IDLE_IN_TRANSACTION_SECONDS_MAX": str(IDLE_SECONDS)}
    async with (
        the_others_in_this_process(kafka, postgres, "credit") as world,
        ServiceProcess(world, "credit", prelude=prelude, **limits) as zombie,
    ):
        flood = Flood(world)
        await flood.begin()
        await flood.wave()
        await zombie.fell_asleep()
        async with ServiceProcess(world, "credit", **limits) as other:
            await other.until_ready()
            await flood.wave()
            await world.quiet()
            decided = "SELECT count(*) FROM open_order WHERE decision = 'approved'"
            assert await world.rows("credit", decided) == [(2 * flood.size,)]

            zombie.signal(signal.SIGCONT)
            await flood.wave()
            await flood.ended(said_once=prelude is FALLS_ASLEEP_IN_A_BATCH)


async def test_replicas_come_and_go_under_load(kafka: Any, postgres: Any) -> None:
    """One replica of credit and of cash_app, then three, then two: what is said is said once, by whoever relays."""
    scaled = ("credit", "cash_app")
    async with the_others_in_this_process(kafka, postgres, *scaled) as world, contextlib.AsyncExitStack() as running:

        async def start(name: str) -> ServiceProcess:
            # Nobody dies here: a slow machine must not make a replica look as if it had.
            return await running.enter_async_context(ServiceProcess(world, name, O2C_KAFKA_SESSION_SECONDS="15"))

        first = [await start(name) for name in scaled]
        flood = Flood(world)
        await flood.begin()
        loading = asyncio.create_task(flood.waves(8, every_seconds=1.0))
        further = [await start(name) for name in (*scaled, *scaled)]
        await asyncio.gather(*(process.until_ready() for process in further))
        await asyncio.gather(*(process.stop() for process in first))  # those that hold the relays' locks
        await loading
        await flood.ended()
