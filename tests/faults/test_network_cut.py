"""The network between a service and its servers is cut, or falls silent: the service recovers by itself."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from tests.kit.faults.flood import Flood
from tests.kit.faults.proxy import database_proxy, database_url_through, kafka_proxy
from tests.kit.stack.process import ServiceProcess, others_in_this_process

CUT_SECONDS = 2.0
SILENT_SECONDS = 4.0
"""Longer than the session with Kafka and the statement limit of these services."""


async def test_a_network_cut_loses_nothing_and_repeats_nothing(kafka: Any, postgres: Any) -> None:
    """Credit and cash_app are cut off from PostgreSQL, then from Kafka; then these lines fall silent."""
    cut_off = ("credit", "cash_app")
    async with others_in_this_process(kafka, postgres, *cut_off) as world, contextlib.AsyncExitStack() as running:
        databases, brokers, processes = [], [], []
        for name in cut_off:
            database = await running.enter_async_context(database_proxy(world, name))
            broker = await running.enter_async_context(kafka_proxy(world))
            process = ServiceProcess(
                world, name,
                O2C_DATABASE_URL=database_url_through(database, world, name),
                O2C_KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{broker.port}",
                O2C_DATABASE_STATEMENT_SECONDS_MAX="2",
                O2C_DATABASE_IDLE_IN_TRANSACTION_SECONDS_MAX="2",
            )  # fmt: skip
            databases.append(database)
            brokers.append(broker)
            processes.append(await running.enter_async_context(process))
        flood = Flood(world, size=120)
        await flood.begin()

        for check, lines in (("database", databases), ("broker", brokers)):
            await flood.wave()
            for line in lines:
                line.cut()
            readiness = [await process.until_ready(503) for process in processes]
            assert all(checks[check] != "ok" for checks in readiness), readiness
            await flood.wave()
            await asyncio.sleep(CUT_SECONDS)
            for line in lines:
                line.mend()
            for process in processes:
                await process.until_ready()
        for lines in (databases, brokers):
            await flood.wave()
            for line in lines:
                line.stall()
            await asyncio.sleep(SILENT_SECONDS)
            for line in lines:
                line.mend()
        await flood.ended(published_once=False)
