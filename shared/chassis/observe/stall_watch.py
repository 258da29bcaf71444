"""When a wait has failed: not after some seconds, but when nothing that is waited for has moved for some seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping


class StallWatch:
    """Remembers when any of some observed marks last changed. Reads no clock but the one it is given.

    A mark is anything that changes while work progresses: a committed offset, an outbox depth, an answer. A mark that
    cannot be observed for a while is left out of an observation; its absence is no progress.
    """

    def __init__(self, stall_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.stall_seconds = stall_seconds
        self._clock = clock
        self._marks: dict[str, object] = {}
        self._changed_at = clock()
        self._changed: str | None = None

    def observe(self, marks: Mapping[str, object]) -> None:
        """Takes what is seen now. A mark seen for the first time is no progress, as nothing is known to have moved."""
        for name, value in marks.items():
            if name in self._marks and self._marks[name] != value:
                self._changed_at, self._changed = self._clock(), name
            self._marks[name] = value

    @property
    def stalled(self) -> bool:
        """Whether no mark has changed for the stated time."""
        return self._clock() - self._changed_at >= self.stall_seconds

    @property
    def last_progress(self) -> str:
        """Which mark changed last and how long ago, for people."""
        ago = f"{self._clock() - self._changed_at:.0f} s"
        return f"none since the wait began {ago} ago" if self._changed is None else f"{self._changed}, {ago} ago"


class Stalled(Exception):
    """What was waited for has not come, and nothing has progressed for the stated time."""

    def __init__(self, watch: StallWatch) -> None:
        self.last_progress = watch.last_progress
        super().__init__(f"no progress for {watch.stall_seconds:g} s. Last progress: {watch.last_progress}")


async def wait_until(
    look: Callable[[], Awaitable[Mapping[str, object] | None]], *, stall_seconds: float, poll_seconds: float = 0.1
) -> None:
    """The way to wait: returns when `look` returns None, however long it takes while something progresses.

    Until then `look` returns the marks of what progresses. Raises Stalled when none has changed for `stall_seconds`.
    """
    watch = StallWatch(stall_seconds)
    while (marks := await look()) is not None:
        watch.observe(marks)
        if watch.stalled:
            raise Stalled(watch)
        await asyncio.sleep(poll_seconds)
