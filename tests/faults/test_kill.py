"""kill -9 of services at random moments of some simulated days: after them the books are those of undisturbed ones."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Sequence
from typing import Any

import pytest

from o2c.books.digest import digest_parts
from tests.kit import World
from tests.kit.books import books_agree
from tests.kit.process import ServiceProcess
from tests.kit.simulated import business, play_days

SEED = 4711
ROUNDS = 2


async def kill_at_random(processes: Sequence[ServiceProcess], dice: random.Random) -> int:
    """In each round every service is killed once, one or two at a time, and started again; how often in all."""
    killed = 0
    for _ in range(ROUNDS):
        waiting = dice.sample(processes, len(processes))
        while waiting:
            victims = [waiting.pop() for _ in range(min(len(waiting), dice.choice((1, 1, 2))))]
            await asyncio.sleep(dice.uniform(0.1, 1.5))
            await asyncio.gather(*(victim.kill() for victim in victims))
            await asyncio.gather(*(victim.start() for victim in victims))
            killed += len(victims)
            await asyncio.gather(*(victim.until_ready() for victim in victims))
    return killed


async def test_services_killed_at_random_moments_leave_the_same_books(
    kafka: Any, postgres: Any, days_undisturbed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.people._ATTEMPTS_MAX", 25)  # people try again until the service is back
    print(f"seed {SEED}")
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:
        processes = [await running.enter_async_context(ServiceProcess(world, name)) for name in world.names]
        async with business(world) as simulation:
            killing = asyncio.create_task(kill_at_random(processes, random.Random(SEED)))
            await play_days(simulation)
            killed = await killing
        await books_agree(world)
        print(f"killed {killed} times")
        assert await digest_parts(world.databases) == days_undisturbed
