"""When a wait has failed: not after some seconds, but when nothing that is waited for has moved for some seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping


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
