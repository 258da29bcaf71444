"""Named places at which a fault test can make the process die, as a power cut would."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from typing import Final, Literal

CrashPoint = Literal[
    "after_claim", "before_commit", "after_commit", "before_offsets", "after_publishing", "before_outbox_delete"
]
CRASH_POINTS: Final[tuple[CrashPoint, ...]] = (
    "after_claim",
    "before_commit",
    "after_commit",
    "before_offsets",
    "after_publishing",
    "before_outbox_delete",
)


class CrashPoints:
    """`armed` is `point` or `point:EventName`; empty in production, where reaching a point does nothing."""

    def __init__(self, armed: str = "") -> None:
        self._point, _, self._event = armed.partition(":")
        if self._point and self._point not in CRASH_POINTS:
            raise ValueError(f"unknown crash point {self._point!r}: one of {', '.join(CRASH_POINTS)}")

    def reach(self, point: CrashPoint, topics: Collection[str]) -> None:
        """Die here, without any clean-up, if this point is armed for one of these topics."""
        if self._point == point and (not self._event or self._event in topics):
            os.kill(os.getpid(), signal.SIGKILL)
