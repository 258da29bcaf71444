"""The one function every flow and fault test ends with: do the books agree?"""

from __future__ import annotations

from datetime import date

from o2c.books.check import check_books
from tests.kit.stack.world import World


async def books_agree(world: World, as_of: date | None = None) -> None:
    """Waits for idle, then compares both sides of every invariant; fails with those that differ."""
    await world.settle()
    report = await check_books(world.databases, world.kafka.bootstrap_servers, as_of, topic_prefix=world.prefix)
    assert report.agree, str(report.as_dict())
