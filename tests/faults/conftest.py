"""What some days of the simulated business come to when nothing goes wrong: fault tests are held against it."""

from __future__ import annotations

from typing import Any

import pytest

from o2c.books.digest import digest_parts
from tests.kit import World
from tests.kit.books import books_agree
from tests.kit.simulated import business, play_days


@pytest.fixture(scope="session")
async def days_undisturbed(kafka: Any, postgres: Any) -> dict[str, str]:
    """The digest of each part of the books after these days."""
    async with World(kafka, postgres) as world:
        async with business(world) as simulation:
            await play_days(simulation)
        await books_agree(world)
        return await digest_parts(world.databases)
