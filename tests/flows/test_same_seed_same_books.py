"""The simulated world is deterministic: the same seed gives the same books, whatever arrives when."""

from __future__ import annotations

import contextlib
from typing import Any

from o2c.check import digest
from simulator.domain.calendar import business_day, business_days
from simulator.running import FIRST_DAY, Whereabouts, connected_simulation
from tests.kit import World
from tests.kit.books import books_agree
from tests.kit.process import ServiceProcess
from tests.kit.world import PARTITIONS, SECRET

DAYS = 8


async def played(kafka: Any, postgres: Any, seed: int) -> str:
    """The digest of some days of business, people included, with every service a process of its own."""
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:
        processes = [await running.enter_async_context(ServiceProcess(world, name)) for name in world.names]
        where = Whereabouts(
            kafka.bootstrap_servers,
            kafka.idempotent,
            PARTITIONS,
            {process.name: f"http://127.0.0.1:{process.port}" for process in processes},
            SECRET,
            world.prefix,
        )
        await world.quiet()
        async with connected_simulation(where, seed=seed, quiet=world.at_rest) as simulation:
            for day in business_days(FIRST_DAY, 1)[:DAYS]:
                await simulation.play_day(business_day(day))
        await books_agree(world)
        return await digest(world.databases)


async def test_the_same_seed_gives_the_same_books_and_another_seed_others(kafka: Any, postgres: Any) -> None:
    first = await played(kafka, postgres, seed=7)
    again = await played(kafka, postgres, seed=7)
    other = await played(kafka, postgres, seed=8)
    assert first == again
    assert first != other
