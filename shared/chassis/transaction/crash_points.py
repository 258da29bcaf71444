"""Named places at which a fault test can make the process die, as a power cut would."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from typing import Final, Literal, get_args

CrashPoint = Literal[
    "after_claim", "before_commit", "after_commit", "before_offsets", "after_publishing", "before_outbox_delete"
]
CRASH_POINTS: Final[tuple[CrashPoint, ...]] = get_args(CrashPoint)


class CrashPoints:
    """Armed with `point` or `point:subject`, several separated by commas.

    The subject is an event's name, `daily/<name>` of a daily run, or `background/<name>/<step>`.
    Empty in production, where reaching a point does nothing. Raises ValueError for a point there is not.
    """

    def __init__(self, armed: str = "") -> None:
        self._armed: dict[str, set[str]] = {}
        for one in filter(None, armed.split(",")):
            point, _, subject = one.partition(":")
            if point not in CRASH_POINTS:
                raise ValueError(f"unknown crash point {point!r}: one of {', '.join(CRASH_POINTS)}")
            self._armed.setdefault(point, set()).add(subject)

    def reach(self, point: CrashPoint, subjects: Collection[str]) -> None:
        """Die here, without any clean-up, if this point is armed for any of these subjects; first name them all."""
        armed = self._armed.get(point)
        if not armed:
            return
        hit = {""} if "" in armed else armed.intersection(subjects)
        if hit:
            os.write(2, "".join(f"\ncrash point {point}:{subject}\n" for subject in sorted(hit)).encode())
            os.kill(os.getpid(), signal.SIGKILL)
