"""kill -9 of services at random moments of the business: after it the books are those of undisturbed ones."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from o2c.books.digest import digest_parts
from tests.kit.business.books import books_agree
from tests.kit.business.play import Undisturbed, play, running_as_processes
from tests.kit.stack.process import ServiceProcess

SEED = 4711
KILLED_AT_LEAST = 10


class Killer:
    """Kills all services in turn, one or two at a time, and starts them again, until it is stopped."""

    def __init__(self, processes: Sequence[ServiceProcess], seed: int) -> None:
        self.killed = 0
        self._processes = processes
        self._dice = random.Random(seed)
        self._stopping = asyncio.Event()

    async def kill(self) -> None:
        """Until stopped, but `KILLED_AT_LEAST` times."""
        waiting: list[ServiceProcess] = []
        while not self._stopping.is_set() or self.killed < KILLED_AT_LEAST:
            waiting = waiting or self._dice.sample(self._processes, len(self._processes))
            victims = [waiting.pop() for _ in range(min(len(waiting), self._dice.choice((1, 1, 2))))]
            await asyncio.sleep(self._dice.uniform(0.1, 0.8))
            await asyncio.gather(*(victim.kill() for victim in victims))
            await asyncio.gather(*(victim.start() for victim in victims))
            self.killed += len(victims)
            await asyncio.gather(*(victim.until_ready() for victim in victims))

    def stop(self) -> None:
        self._stopping.set()


async def test_services_killed_at_random_moments_leave_the_same_books(
    kafka: Any, postgres: Any, days_undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "simulator.transport.api_client._ATTEMPTS_MAX", 25
    )  # people try again until the service is back
    print(f"seed {SEED}")
    async with running_as_processes(kafka, postgres) as (world, processes):
        killer = Killer(list(processes.values()), SEED)
        killing = asyncio.create_task(killer.kill())
        await play(world)
        killer.stop()
        await killing
        print(f"killed {killer.killed} times")
        await books_agree(world)
        assert await digest_parts(world.databases) == days_undisturbed.books
