"""The simulated world is deterministic: the same seed gives the same books, whatever arrives when."""

from __future__ import annotations

from typing import Any

from o2c.check import digest
from tests.kit.books import books_agree
from tests.kit.business import play, running_as_processes

DAYS = 6


async def played(kafka: Any, postgres: Any, seed: int) -> str:
    """The digest of some days of business, people included, with every service a process of its own."""
    async with running_as_processes(kafka, postgres) as (world, processes):
        await play(world, processes, seed=seed, days=DAYS)
        await books_agree(world)
        return await digest(world.databases)


async def test_the_same_seed_gives_the_same_books_and_another_seed_others(kafka: Any, postgres: Any) -> None:
    first = await played(kafka, postgres, seed=7)
    again = await played(kafka, postgres, seed=7)
    other = await played(kafka, postgres, seed=8)
    assert first == again
    assert first != other
