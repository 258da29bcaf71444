"""Child processes and containers of the local stack, none of which may outlive it.

Every child is entered in a register file. The next start in the same directory ends what an earlier run left; a
watchdog process does the same at once when the run that started it is killed (even with kill -9).
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
from shared.chassis.observe.stall_watch import StallWatch

STOP_SECONDS = 20.0
"""A child that has not ended this long after its stop signal is killed."""
_TAIL_BYTES = 20_000
_WORK_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Launch:
    """How a child is started, and started again."""

    command: Sequence[str | Path]
    environment: Mapping[str, str]
    """Added to this process's own."""
    stop_signal: signal.Signals = signal.SIGTERM
    user: str | None = None


@dataclass(eq=False)
class Child:
    """One child process, leader of its own process group, its output in a log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    launch: Launch

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self.process.poll()

    def ending(self) -> str:
        """How it ended, in a sentence's beginning."""
        code = self.exit_code
        if code is not None and code < 0:
            return f"{self.name} was ended by {signal.Signals(-code).name}"
        return f"{self.name} ended with exit code {code}"

    def describe_end(self) -> str:
        """How it ended, with the end of its log."""
        return f"{self.ending()}; the end of {self.log}:\n{self.tail()}"

    def log_bytes(self) -> int:
        """The size of its log: what it writes is progress."""
        return self.log.stat().st_size

    def cpu_seconds(self) -> int:
        """Whole seconds of processor time that it and its own children have used."""
        try:
            process = psutil.Process(self.process.pid)
            times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
        except psutil.Error:
            return 0
        return int(sum(one.user + one.system for one in times))

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
            self.process.send_signal(self.launch.stop_signal)
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
        launch = Launch(command, environment or {}, stop_signal, user)
        child = Child(name, self._spawn(name, launch), self._log(name), launch)
        self._children.append(child)
        return child

    def restart(self, child: Child) -> None:
        """Starts a child that has ended once more, as it was started before."""
        _kill_group(child.process.pid)
        self._strike_out(child)
        child.process = self._spawn(child.name, child.launch)

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    def _spawn(self, name: str, launch: Launch) -> subprocess.Popen[bytes]:
        self.keep_watchdog()
        user = launch.user
        with self._log(name).open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in launch.command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **launch.environment},
                cwd="/" if user else None,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,
            )
        created = psutil.Process(process.pid).create_time()
        self._enter({"pid": process.pid, "created": created, "signal": int(launch.stop_signal)})
        return process

    async def run(
        self, name: str, command: Sequence[str | Path], *, stall_seconds: float, user: str | None = None
    ) -> None:
        """Runs a command to its end; kills it when it has neither worked nor written for `stall_seconds`.

        Raises StackError unless it exits with 0.
        """
        child = self.start(name, command, user=user)
        watch = StallWatch(stall_seconds)
        try:
            while child.exit_code is None and not watch.stalled:
                watch.observe({"work": child.cpu_seconds(), "log": child.log_bytes()})
                await child.wait(_WORK_POLL_SECONDS)
            if child.exit_code is None:
                raise StackError(f"{name} has done nothing for {stall_seconds:.0f} s; its output is in {child.log}")
            if child.exit_code != 0:
                raise StackError(f"{name} failed with exit code {child.exit_code}:\n{child.tail()}")
        finally:
            await self.stop(child, seconds=1.0)

    def own_container(self, container_id: str, stop: Callable[[], Awaitable[None]]) -> None:
        """A container that is to end with this run; `stop` ends it gracefully."""
        self.keep_watchdog()
        self._containers[container_id] = stop
        self._enter({"container": container_id})

    def disown_container(self, container_id: str) -> None:
        self._containers.pop(container_id, None)
        self._entries = [entry for entry in self._entries if entry != {"container": container_id}]
        self._save()

    async def stop(self, child: Child, seconds: float = STOP_SECONDS) -> None:
        """Ends one child and strikes it out of the register."""
        await child.stop(seconds)
        if child in self._children:
            self._children.remove(child)
            self._strike_out(child)

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

    def keep_watchdog(self) -> None:
        """Starts the watchdog, and starts it again where it was ended."""
        if self._watchdog is None or self._watchdog.poll() is not None:
            self._save()
            self._watchdog = subprocess.Popen(
                [sys.executable, "-m", "o2c.stack.watchdog", str(self._register)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _enter(self, entry: dict[str, Any]) -> None:
        self._entries.append(entry)
        self._save()

    def _strike_out(self, child: Child) -> None:
        self._entries = [entry for entry in self._entries if entry.get("pid") != child.process.pid]
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
    # the group is empty; macOS raises PermissionError for one whose last member is a zombie
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _remove_container(container_id: str) -> None:
    import docker
    from docker.errors import DockerException

    with contextlib.suppress(DockerException):  # it is gone, or Docker is: there is nothing left to end
        docker.from_env(timeout=15).containers.get(container_id).remove(force=True, v=True)
