"""Where service processes start: forked from one that has imported the services already.

A start costs a tenth of importing everything anew, and a fault test starts many. What is started is a process like any
other, with a pid, memory and connections of its own: SIGKILL, SIGSTOP and a crash strike it alone.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import runpy
import signal
from collections.abc import Mapping
from pathlib import Path

_forking = multiprocessing.get_context("forkserver")
_forking.set_forkserver_preload(["tests.kit.stack.preloaded"])


class ForkedService:
    """A running service process."""

    def __init__(self, module: str, *, environment: Mapping[str, str], log: Path, prelude: str = "") -> None:
        """`prelude` is Python that runs before the module does."""
        self._process = _forking.Process(
            target=_live, args=(module, {**os.environ, **environment}, str(log), prelude), daemon=True
        )

    async def start(self) -> None:
        """Returns when there is a process."""
        await asyncio.to_thread(self._process.start)  # the first one waits for the imports

    @property
    def pid(self) -> int:
        assert self._process.pid is not None, "not started yet"
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Returns when it is gone; its return code."""
        while (code := self.returncode) is None:
            await asyncio.sleep(0.01)
        return code


def _live(module: str, environment: Mapping[str, str], log: str, prelude: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    log_file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(log_file, stream)
    os.close(log_file)
    exec(prelude, {})
    runpy.run_module(module, run_name="__main__", alter_sys=True)
