"""Simulated business played against services that run as processes of their own."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any

from simulator.domain.calendar import business_day, business_days
from simulator.running import FIRST_DAY, Whereabouts, connected_simulation
from tests.kit.process import ServiceProcess
from tests.kit.world import PARTITIONS, SECRET, World

AfterDay = Callable[[date], Awaitable[None]]


@contextlib.asynccontextmanager
async def running_as_processes(
    kafka: Any, postgres: Any, **settings: str
) -> AsyncIterator[tuple[World, dict[str, ServiceProcess]]]:
    """A world whose five services are processes, at rest."""
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:
        processes = {
            name: await running.enter_async_context(ServiceProcess(world, name, **settings)) for name in world.names
        }
        await world.quiet()
        yield world, processes


async def play(
    world: World, processes: dict[str, ServiceProcess], *, seed: int, days: int, after_day: AfterDay | None = None
) -> None:
    """Plays the first business days of the simulated company, people included."""
    where = Whereabouts(
        world.kafka.bootstrap_servers,
        world.kafka.idempotent,
        PARTITIONS,
        {name: f"http://127.0.0.1:{process.port}" for name, process in processes.items()},
        SECRET,
        world.prefix,
    )
    async with connected_simulation(where, seed=seed, quiet=world.at_rest) as simulation:
        for day in business_days(FIRST_DAY, 2)[:days]:
            await simulation.play_day(business_day(day))
            if after_day is not None:
                await after_day(day)
