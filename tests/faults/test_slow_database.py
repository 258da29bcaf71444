"""A database that answers slowly: a service takes no more than it can handle, and catches up by itself."""

from __future__ import annotations

import asyncio
from typing import Any

import psutil

from tests.kit.faults.flood import Flood
from tests.kit.faults.proxy import database_proxy, database_url_through
from tests.kit.stack.process import ServiceProcess, others_in_this_process

DELAY_SECONDS = 0.1
BATCH = 100
BACKLOG = 2_500
"""Payments, and as many invoices: 50 batches."""
LOOKS = 16
GROWTH_MB_MAX = 20
"""While the database is slow, over what the service takes at rest."""
RESIDENT_MB_MAX = 200
"""At any time, catching up included."""


def resident_mb(process: ServiceProcess) -> float:
    return float(psutil.Process(process.process.pid).memory_info().rss) / 2**20


async def test_a_slow_database_slows_the_reading_and_fills_no_memory(kafka: Any, postgres: Any) -> None:
    """While every answer takes longer, cash_app reads what it can handle; at full speed again it catches up."""
    async with others_in_this_process(kafka, postgres, "cash_app") as world, database_proxy(world, "cash_app") as line:
        through = {
            "O2C_DATABASE_URL": database_url_through(line, world, "cash_app"),
            "O2C_BATCH_EVENTS_MAX": str(BATCH),
        }
        async with ServiceProcess(world, "cash_app", **through) as cash_app:
            flood = Flood(world, size=BACKLOG)
            await flood.begin()
            at_rest = resident_mb(cash_app)
            line.slow_down(DELAY_SECONDS)
            await flood.wave()
            sizes = []
            for _ in range(LOOKS):
                await asyncio.sleep(0.25)
                sizes.append(resident_mb(cash_app))
            handled = (await world.rows("cash_app", "SELECT count(*) FROM payment"))[0][0]
            assert handled < BACKLOG / 2
            assert max(sizes) < at_rest + GROWTH_MB_MAX, (at_rest, sizes)
            line.mend()
            await flood.ended()
            sizes.append(resident_mb(cash_app))
            assert max(sizes) < RESIDENT_MB_MAX, (at_rest, sizes)
            print(
                f"{at_rest:.0f} MB at rest, at most {max(sizes):.0f} MB, {handled} payments handled while it was slow"
            )
