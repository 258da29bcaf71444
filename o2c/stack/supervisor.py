"""Keeping the parts of a stack alive: what ends by itself is started again, until it has failed too often."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NoReturn

from o2c.stack import StackError
from o2c.stack.children import Child, Children
from o2c.stack.restarts import RESTART_WINDOW_SECONDS, RESTARTS_MAX, RestartHistory

_POLL_SECONDS = 0.2


class PartFailed(StackError):
    """A part of the stack cannot be kept alive. The message names it and shows the end of its log."""


@dataclass(eq=False, slots=True)
class _Part:
    child: Child
    lost_with_it: str | None
    history: RestartHistory = field(default_factory=RestartHistory)
    restart_at: float | None = None
    """When it is started again; None while it runs."""


class Supervisor:
    """Watches children and starts those again that ended by themselves. `report` gets a line for each event."""

    def __init__(
        self, children: Children, report: Callable[[str], object], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._children = children
        self._report = report
        self._clock = clock
        self._parts: list[_Part] = []

    def supervise(self, child: Child, *, lost_with_it: str | None = None) -> None:
        """From now on `child` is kept alive; not one with which data is lost: `lost_with_it` names it."""
        self._parts.append(_Part(child, lost_with_it))

    async def run(self) -> NoReturn:
        """Until it is cancelled. Raises PartFailed when a part ended once too often."""
        while True:
            self.check()
            await asyncio.sleep(_POLL_SECONDS)

    def check(self) -> None:
        """Looks at every part once. Raises PartFailed when a part ended once too often."""
        self._children.keep_watchdog()
        for part in self._parts:
            if part.child.exit_code is not None:
                self._handle_end(part)

    def _handle_end(self, part: _Part) -> None:
        name, now = part.child.name, self._clock()
        if part.restart_at is None:
            if part.lost_with_it is not None:
                raise PartFailed(f"{part.child.describe_end()}\n{part.lost_with_it}: the stack ends")
            pause = part.history.next_pause(now)
            if pause is None:
                minutes = RESTART_WINDOW_SECONDS / 60
                raise PartFailed(
                    f"{name} ended {RESTARTS_MAX + 1} times within {minutes:.0f} minutes: the stack ends. "
                    f"{part.child.describe_end()}"
                )
            part.restart_at = now + pause
            self._report(
                f"{part.child.ending()}: it is started again in {pause:g} s "
                f"(restart {part.history.count} of at most {RESTARTS_MAX}; its log: {part.child.log})"
            )
        elif now >= part.restart_at:
            part.restart_at = None
            self._children.restart(part.child)
            self._report(f"{name} was started again")
