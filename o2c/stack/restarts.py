"""How often a part of the stack that ends by itself is started again. Pure: time is given."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

RESTARTS_MAX = 8
"""So many restarts of one part within the window; its next end is a failure."""
RESTART_WINDOW_SECONDS = 600.0
FIRST_PAUSE_SECONDS = 1.0
PAUSE_SECONDS_MAX = 30.0


@dataclass(slots=True)
class RestartHistory:
    """The restarts of one part that count still. Each further one within the window waits twice as long."""

    restarts_max: int = RESTARTS_MAX
    window_seconds: float = RESTART_WINDOW_SECONDS
    _at: deque[float] = field(default_factory=deque)

    def next_pause(self, now: float) -> float | None:
        """Seconds to wait before the restart of a part that ended at `now`; None when it has failed for good."""
        while self._at and now - self._at[0] >= self.window_seconds:
            self._at.popleft()
        if len(self._at) >= self.restarts_max:
            return None
        pause = min(PAUSE_SECONDS_MAX, FIRST_PAUSE_SECONDS * 2.0 ** len(self._at))
        self._at.append(now)
        return pause

    @property
    def count(self) -> int:
        """Restarts within the window, the one that was just granted among them."""
        return len(self._at)
