"""Child processes and containers of the local stack, none of which may outlive it.

Every child is written down in a register file. Whoever starts next in the same directory ends what an earlier run left;
a watchdog process does the same at once when the run that started it is killed (even with kill -9).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from o2c.stack import StackError

STOP_SECONDS = 20.0
"""A child that has not ended this long after its stop signal is killed."""
_TAIL_BYTES = 20_000


@dataclass(eq=False)
class Child:
    """One child process, leader of its own process group, its output in a log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self.process.poll()

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        with self.log.open("rb") as log:
            log.seek(max(0, self.log.stat().st_size - _TAIL_BYTES))
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-lines:])

    async def wait(self, seconds: float) -> None:
        """Returns when it has ended, or after that many seconds."""
        deadline = time.monotonic() + seconds
        while self.exit_code is None and time.monotonic() < deadline:  # noqa: ASYNC110 - a process sets no event
            await asyncio.sleep(0.02)

    async def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ends it and whatever it started: its stop signal first, SIGKILL after that many seconds."""
        if self.exit_code is None:
            self.process.send_signal(self.stop_signal)
            await self.wait(seconds)
        _kill_group(self.process.pid)
        self.process.wait()


class Children:
    """The children of one run of the stack, and the register that lets others end them if this run is killed."""

    def __init__(self, directory: Path) -> None:
        """Ends first what earlier runs left behind; the caller holds the directory's lock."""
        self._directory = directory / "run"
        self._directory.mkdir(parents=True, exist_ok=True)
        for register in sorted(self._directory.glob("*.json")):
            end_registered(register)
        self._logs = directory / "log"
        self._logs.mkdir(exist_ok=True)
        self._register = self._directory / f"{os.getpid()}-{time.monotonic_ns()}.json"
        self._entries: list[dict[str, Any]] = []
        self._children: list[Child] = []
        self._containers: dict[str, Callable[[], Awaitable[None]]] = {}
        self._watchdog: subprocess.Popen[bytes] | None = None

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        user: str | None = None,
    ) -> Child:
        """Starts a process. `environment` is added to this process's own; `user` needs root."""
        self._ensure_watchdog()
        log = self._logs / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                cwd="/" if user else None,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,
            )
        child = Child(name, process, log, stop_signal)
        self._children.append(child)
        created = psutil.Process(process.pid).create_time()
        self._write_down({"pid": process.pid, "created": created, "signal": int(stop_signal)})
        return child

    async def run(self, name: str, command: Sequence[str | Path], *, seconds: float, user: str | None = None) -> Child:
        """Runs a command to its end; kills it after `seconds`. Raises StackError unless it exits 0."""
        child = self.start(name, command, user=user)
        try:
            await child.wait(seconds)
            if child.exit_code is None:
                raise StackError(f"{name} did not end within {seconds:.0f} s; its output is in {child.log}")
            if child.exit_code != 0:
                raise StackError(f"{name} failed with exit code {child.exit_code}:\n{child.tail()}")
        finally:
            await self.stop(child, seconds=1.0)
        return child

    def own_container(self, container_id: str, stop: Callable[[], Awaitable[None]]) -> None:
        """A container that is to end with this run; `stop` ends it gracefully."""
        self._ensure_watchdog()
        self._containers[container_id] = stop
        self._write_down({"container": container_id})

    def disown_container(self, container_id: str) -> None:
        self._containers.pop(container_id, None)
        self._write_down(without={"container": container_id})

    async def stop(self, child: Child, seconds: float = STOP_SECONDS) -> None:
        """Ends one child and strikes it from the register."""
        await child.stop(seconds)
        if child in self._children:
            self._children.remove(child)
            self._entries = [entry for entry in self._entries if entry.get("pid") != child.process.pid]
            self._save()

    async def stop_all(self) -> None:
        """Ends every child, the last started first, every container, and then the watchdog."""
        for child in reversed(self._children.copy()):
            await self.stop(child)
        for stop in list(self._containers.values()):
            await stop()
        if self._watchdog is not None:
            assert self._watchdog.stdin is not None
            self._watchdog.stdin.close()
            await asyncio.to_thread(self._watchdog.wait, STOP_SECONDS)
            self._watchdog = None
        self._register.unlink(missing_ok=True)

    def named(self, names: Collection[str]) -> list[Child]:
        """The children of those names."""
        return [child for child in self._children if child.name in names]

    def ended(self) -> list[Child]:
        """The children that ended by themselves."""
        return [child for child in self._children if child.exit_code is not None]

    def _ensure_watchdog(self) -> None:
        if self._watchdog is None:
            self._save()
            self._watchdog = subprocess.Popen(
                [sys.executable, "-m", "o2c.stack.watchdog", str(self._register)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _write_down(self, entry: dict[str, Any] | None = None, *, without: dict[str, Any] | None = None) -> None:
        self._entries = [known for known in self._entries if known != without]
        if entry is not None:
            self._entries.append(entry)
        self._save()

    def _save(self) -> None:
        partial = self._register.with_suffix(".partial")
        partial.write_text(json.dumps(self._entries))
        partial.replace(self._register)


def end_registered(register: Path) -> None:
    """Ends every process and container of a register that still runs, the last started first, and removes it."""
    try:
        entries = json.loads(register.read_text())
    except FileNotFoundError:
        return
    for entry in reversed(entries):
        if "container" in entry:
            _remove_container(entry["container"])
        else:
            _end_process(entry["pid"], entry["created"], entry["signal"])
    register.unlink(missing_ok=True)


def _end_process(pid: int, created: float, stop_signal: int) -> None:
    try:
        process = psutil.Process(pid)
        if abs(process.create_time() - created) > 1:
            return
        process.send_signal(stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        while process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.02)
    except psutil.NoSuchProcess:
        return
    _kill_group(pid)


def _kill_group(pid: int) -> None:
    # nobody is left in the group; macOS says PermissionError of one whose last member is a zombie
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _remove_container(container_id: str) -> None:
    import docker
    from docker.errors import DockerException

    with contextlib.suppress(DockerException):  # it is gone, or Docker is: there is nothing left to end
        docker.from_env(timeout=15).containers.get(container_id).remove(force=True, v=True)
