"""Ports of the local stack: free ones, and the same ones again at the next start."""

from __future__ import annotations

import json
import secrets
import socket
from pathlib import Path

from o2c.stack import StackError

HOST = "127.0.0.1"


_RANGE = range(15_000, 32_000)
"""Below the ports that systems give to outgoing connections: one of those could take a port before its server does."""
_TRIES_MAX = 200


def free_port() -> int:
    """A TCP port that no process listens on right now."""
    for _ in range(_TRIES_MAX):
        port = secrets.choice(_RANGE)
        if is_free(port):
            return port
    raise StackError(f"no free port was found between {_RANGE.start} and {_RANGE.stop}")


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def answers(port: int, host: str = HOST) -> bool:
    """Whether a process accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1.0):
            return True
    except OSError:
        return False


class Ports:
    """Gives a port for each purpose, the one of the last run where it is still free."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def take(self, purpose: str, wanted: int | None = None) -> int:
        """The wanted port, else the remembered one if it is free, else any free one.

        Raises StackError when another process listens on the wanted one.
        """
        if wanted is not None and not is_free(wanted):
            raise StackError(f"port {wanted}, wanted for {purpose}, is taken: name another or let a free one be found")
        port = wanted or self._known.get(purpose)
        if port is None or not is_free(port):
            port = free_port()
        self._known[purpose] = port
        self._file.write_text(json.dumps(self._known, indent=2))
        return port
