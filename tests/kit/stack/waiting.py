"""Waiting in tests that are not asynchronous: as long as it takes while something progresses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from o2c.stack.idle import STALL_SECONDS
from shared.chassis.observe.stall_watch import Stalled, wait_until


def wait_for(
    done: Callable[[], bool],
    what: str,
    marks: Callable[[], Mapping[str, object]],
    *,
    stall_seconds: float = STALL_SECONDS,
    poll_seconds: float = 0.1,
) -> None:
    """Returns when `done`. Raises AssertionError with `what` when none of the marks has moved for `stall_seconds`."""

    async def look() -> Mapping[str, object] | None:
        return None if done() else marks()

    try:
        asyncio.run(wait_until(look, stall_seconds=stall_seconds, poll_seconds=poll_seconds))
    except Stalled as stalled:
        raise AssertionError(f"{what}: {stalled}") from None
