"""The simulated world is deterministic: the same seed gives the same books, whatever arrives when.

That another seed is another history is shown without services, in tests/unit/simulator.
"""

from __future__ import annotations

from typing import Any

from o2c.books.digest import digest_parts
from tests.kit.business.books import books_agree
from tests.kit.business.play import Undisturbed, play, running_as_processes


async def test_the_same_seed_gives_the_same_books(kafka: Any, postgres: Any, days_undisturbed: Undisturbed) -> None:
    """Once with the services in this process, once with a process for each: batches come out differently."""
    async with running_as_processes(kafka, postgres) as (world, _):
        await play(world)
        await books_agree(world)
        assert await digest_parts(world.databases) == days_undisturbed.books
