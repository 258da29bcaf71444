"""Every event published twice, and all consumed again from the beginning: the books are those of one delivery."""

from __future__ import annotations

import asyncio
from typing import Any

from o2c.books.digest import digest_parts
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.business.play import Undisturbed, play
from tests.kit.faults.duplicates import Echo
from tests.kit.stack.offsets import set_back_to_the_beginning


async def test_what_is_published_twice_and_consumed_again_is_applied_once(
    kafka: Any, postgres: Any, days_undisturbed: Undisturbed
) -> None:
    """The upstream publishes each event twice; each evening everything of the day is on the topics once more, the
    services' own events included; after that every service starts again from the earliest offset."""
    async with World(kafka, postgres) as world:
        echo = Echo(world)

        async def repeat_the_day() -> None:
            assert await echo.repeat_everything_new() > 0
            await world.settle()

        await play(world, twice=True, after_day=repeat_the_day)
        await books_agree(world)
        assert await digest_parts(world.databases) == days_undisturbed.books

        ends = await world._offsets.end_offsets(world._places)
        await world.stop_all()
        for name in world.names:
            await set_back_to_the_beginning(world, name)
        await asyncio.gather(*(world.start(name) for name in world.names))
        await world.settle(120.0)
        await books_agree(world)
        for name in world.names:
            taken = world.running[name].metrics
            assert taken.events_duplicate._value.get() > 0, name
        assert await world._offsets.end_offsets(world._places) == ends
        assert await digest_parts(world.databases) == days_undisturbed.books
