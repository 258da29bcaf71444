"""The stack of docker-compose.yml as a person at the command line sees it: only docker and HTTP."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

import httpx

from shared.chassis.auth import issue_token
from tests.kit.stack.waiting import wait_for

ROOT = Path(__file__).parents[2]
SERVICES = ("credit", "invoicing", "cash-app", "collections", "analytics")
_PROFILES = ("--profile", "demo", "--profile", "tools")
_SHOWN_CHARACTERS = 4000
_STALL_SECONDS = 600.0
_CHECKS_MAX = 4


def compose_command() -> list[str] | None:
    """`docker compose` or `docker-compose`, whichever is here and finds Docker answering; else None."""
    if not shutil.which("docker") or not _succeeds("docker", "info"):
        return None
    spellings = (["docker", "compose"], ["docker-compose"])
    return next((words for words in spellings if shutil.which(words[0]) and _succeeds(*words, "version")), None)


def _succeeds(*words: str) -> bool:
    return subprocess.run(words, capture_output=True, timeout=20, check=False).returncode == 0


class Failed(AssertionError):
    """A command ended otherwise than it should; the message shows the end of what it printed."""


class ComposeStack:
    """One project with secrets of its own, so that it meets no other stack on this machine."""

    def __init__(self, command: Sequence[str], project: str, env_file: Path) -> None:
        self.project = project
        self.environment = dict(line.split("=", 1) for line in _assignments(env_file))
        self._words = [*command, "--project-name", project, "--env-file", str(env_file)]

    def compose(
        self, *arguments: str, seconds: float | None = 120.0, code: int | None = 0, stdin: IO[str] | None = None
    ) -> str:
        """What the command printed. Raises Failed when it ends with another code; None takes any."""
        done = subprocess.run(
            [*self._words, *_PROFILES, *arguments],
            cwd=ROOT,
            stdin=stdin or subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
        if code is not None and done.returncode != code:
            raise Failed(f"{arguments} ended with {done.returncode}:\n{done.stdout[-_SHOWN_CHARACTERS:]}")
        return done.stdout

    def up(self, *profile: str, scale: str, **variables: str) -> None:
        """Builds the image and starts what the profile has."""
        words = [*self._words, *profile, "up", "--detach", "--build", "--scale", scale]
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, timeout=1200, check=False
        )
        if done.returncode:
            logs = self.compose("logs", "--tail", "20", code=None)
            output = (done.stdout + done.stderr)[-_SHOWN_CHARACTERS:]
            raise Failed(f"up ended with {done.returncode}:\n{output}\n{logs[-_SHOWN_CHARACTERS:]}")

    def o2c(self, *arguments: str, code: int | None = 0) -> str:
        """An `o2c` command in a container of its own."""
        return self.compose("run", "--rm", "-T", "o2c", *arguments, code=code)

    def play(self, days: int, *, people: bool = True) -> None:
        """Some days more of simulated business, from a container of its own, which gives up when nothing progresses."""
        arguments = ("--entrypoint", "python", "o2c", "-", str(days), "people" if people else "none")
        with (Path(__file__).parent / "some_days.py").open() as script:
            self.compose("run", "--rm", "-T", *arguments, seconds=None, stdin=script)

    def containers(self, *services: str) -> list[dict[str, Any]]:
        """Docker's own descriptions of the project's containers, or of those of some services."""
        ids = self.compose("ps", "--all", "--quiet", *services).split()
        listed = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True, timeout=60, check=True)
        described: list[dict[str, Any]] = json.loads(listed.stdout)
        return described

    def wait_until_well(self, *services: str) -> None:
        """Returns when every container with a health check (or those of `services`) passes it. Raises Failed."""
        # A container that is restarted again and again logs for ever: that is no progress.
        try:
            wait_for(
                lambda: not self._unwell(*services),
                "not all are well",
                lambda: {"unwell": self._unwell(*services)},
                stall_seconds=_STALL_SECONDS,
                poll_seconds=1.0,
            )
        except AssertionError as stalled:
            unwell = self._unwell(*services)
            raise Failed(f"{stalled}: {unwell}\n{self.compose('logs', '--tail', '20', *unwell, code=None)}") from None

    def _unwell(self, *services: str) -> list[str]:
        checked = [c for c in self.containers(*services) if "Health" in c["State"]]
        return sorted({service_of(c) for c in checked if c["State"]["Health"]["Status"] != "healthy"})

    def wait_for_words(self, service: str, words: str) -> None:
        """Returns when a service has logged the words. Raises Failed when it ends or logs nothing more."""

        def is_logged() -> bool:
            logged = self.compose("logs", service)
            ended = self.containers(service)[0]["State"]["Status"] == "exited"
            if words not in logged and (ended or "Traceback" in logged):
                raise Failed(f"{service} has not logged {words!r}:\n{logged[-_SHOWN_CHARACTERS:]}")
            return words in logged

        wait_for(
            is_logged,
            f"{service} has not logged {words!r}",
            lambda: {"logs": self.compose("logs", "--tail", "20", service, code=None)},
            stall_seconds=_STALL_SECONDS,
            poll_seconds=2.0,
        )

    def check_books(self) -> None:
        """Returns when `o2c check` finds nothing, at once or as soon as what was under way has arrived; else Failed."""
        for attempt in range(1, _CHECKS_MAX + 1):
            output = self.o2c("check", code=None if attempt < _CHECKS_MAX else 0)
            if "books agree" in output:
                return
            time.sleep(2.0)

    def lose(self, service: str) -> None:
        """Removes a stopped service's container and the volume of the same name."""
        self.compose("rm", "--force", service)
        subprocess.run(
            ["docker", "volume", "rm", f"{self.project}_{service}"], capture_output=True, timeout=60, check=True
        )

    def kill(self, service: str) -> None:
        """kill -9 of what runs in the service's first container, as the kernel would do; not Docker's own kill, after
        which nothing is restarted."""
        before = self._restarts(service)
        self.compose("exec", "-T", "--index=1", service, "sh", "-c", "kill -9 -1", code=None)
        wait_for(
            lambda: self._restarts(service) != before,
            f"{service} was killed and did not come back",
            lambda: {"status": [container["State"]["Status"] for container in self.containers(service)]},
            poll_seconds=0.2,
        )

    def _restarts(self, service: str) -> int:
        return sum(container["RestartCount"] for container in self.containers(service))

    def get(self, service: str, path: str, role: str) -> Any:
        """What the service answers on the port it has published on this machine."""
        address = self.compose("port", service, "8080").strip()
        token = issue_token(self.environment["O2C_TOKEN_SECRET"], "tests", [role], 1)
        answer = httpx.get(f"http://{address}{path}", headers={"Authorization": f"Bearer {token}"}, timeout=30.0)
        answer.raise_for_status()
        return answer.json()

    def down(self) -> None:
        self.compose("down", "--volumes", "--remove-orphans", seconds=180.0)


def service_of(container: dict[str, Any]) -> str:
    """Which service of docker-compose.yml a container belongs to."""
    name: str = container["Config"]["Labels"]["com.docker.compose.service"]
    return name


def _assignments(env_file: Path) -> list[str]:
    return [line for line in env_file.read_text().splitlines() if line and not line.startswith("#")]
