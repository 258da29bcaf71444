"""Several replicas of a service: one falls asleep in the middle of its work, others come and go under load."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import Any, Final

import pytest

from shared.contracts.erp import OrderPlaced
from tests.kit import World
from tests.kit.faults.flood import Flood
from tests.kit.stack.process import ServiceProcess, others_in_this_process

FALLS_ASLEEP_IN_A_BATCH = """
import os, signal
from shared.chassis.consume.dispatch import Dispatcher
handle, slept = Dispatcher._handle, []
async def fall_asleep_once(self, events, uow):
    await handle(self, events, uow)
    await uow.flush()
    if not slept and any(type(event).__name__ == "OrderValidated" for event in events):
        slept.append(True)
        os.kill(os.getpid(), signal.SIGSTOP)
Dispatcher._handle = fall_asleep_once
"""
FALLS_ASLEEP_WHILE_PUBLISHING = """
import os, signal
from shared.chassis.publish import relay
publish, slept = relay.OutboxRelay._publish, []
async def fall_asleep_once(self, rows):
    if not slept and any(row["topic"] == "PaymentApplied" for row in rows):
        slept.append(True)
        os.kill(os.getpid(), signal.SIGSTOP)
    await publish(self, rows)
relay.OutboxRelay._publish = fall_asleep_once
"""
FREED: Final = "freed by the database"
IDLE_SECONDS: Final = {FREED: 3, "not freed": 3600}
"""How long PostgreSQL lets a silent replica keep its transaction and its relay's lock."""


@pytest.mark.parametrize("locks", IDLE_SECONDS)
async def test_a_replica_that_wakes_after_another_took_over_does_nothing_twice(
    kafka: Any, postgres: Any, locks: str
) -> None:
    """Credit is stopped in the middle of a batch, cash_app while it publishes, both past their sessions with Kafka.

    Where PostgreSQL frees what they hold, the others finish everything before they wake: what they still want to
    commit is refused, what they publish late is dropped as known. Where it does not, the others take over their
    partitions, but have to wait for them; then the others find done what they did.
    """
    idle_seconds = IDLE_SECONDS[locks]
    relay = f'\nfrom shared.chassis.publish import relay\nrelay._IDLE_SESSION_MS = "{idle_seconds * 1000}"\n'
    limits = {"O2C_DATABASE_IDLE_IN_TRANSACTION_SECONDS_MAX": str(idle_seconds)}
    preludes = {"credit": FALLS_ASLEEP_IN_A_BATCH, "cash_app": FALLS_ASLEEP_WHILE_PUBLISHING}
    async with (
        others_in_this_process(kafka, postgres, *preludes) as world,
        contextlib.AsyncExitStack() as running,
    ):

        async def start(name: str, prelude: str = "") -> ServiceProcess:
            return await running.enter_async_context(ServiceProcess(world, name, prelude=prelude + relay, **limits))

        credit, cash_app = [await start(name, prelude) for name, prelude in preludes.items()]
        flood = Flood(world)
        await flood.begin()
        wave = flood.next_wave()
        # One after the other: an open transaction anywhere on the server keeps back what all relays publish.
        await world.publish(*(event for event in wave if not isinstance(event, OrderPlaced)))
        await cash_app.fell_asleep()
        await world.publish(*(event for event in wave if isinstance(event, OrderPlaced)))
        await credit.fell_asleep()
        others = [await start(name) for name in preludes]
        for other in others:
            await other.until_ready()  # Kafka has given it the sleeper's partitions
        await flood.wave()
        decided = "SELECT count(*) FROM open_order WHERE decision = 'approved'"
        if locks == FREED:
            await world.settle()
            assert await world.rows("credit", decided) == [(2 * flood.size,)]
        else:
            stuck = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            while not await world.rows("credit", stuck):
                await asyncio.sleep(0.05)
            assert await world.rows("cash_app", "SELECT 1 FROM outbox WHERE topic = 'PaymentApplied' LIMIT 1")
        for zombie in (credit, cash_app):
            zombie.signal(signal.SIGCONT)
        await flood.wave()
        await flood.ended(published_once=locks != FREED)


async def test_replicas_come_and_go_under_load(kafka: Any, postgres: Any) -> None:
    """One replica of every service, then three, then two: each event is published once, whichever replica relays it."""
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:

        async def start(name: str) -> ServiceProcess:
            # Nobody dies here: a slow machine must not make a replica look as if it had.
            return await running.enter_async_context(ServiceProcess(world, name, O2C_KAFKA_SESSION_SECONDS="15"))

        first = [await start(name) for name in world.names]
        flood = Flood(world)
        await flood.begin()
        loading = asyncio.create_task(flood.waves(8, every_seconds=1.0))
        further = [await start(name) for name in (*world.names, *world.names)]
        await asyncio.gather(*(process.until_ready() for process in further))
        await asyncio.gather(*(process.stop() for process in first))  # those that hold the relays' locks
        await loading
        await flood.ended()
