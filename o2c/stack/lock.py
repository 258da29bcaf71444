"""One stack per state directory: a file lock that ends with its holder, however that ends."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from o2c.stack import StackError

_FILE_NAME = "lock"


@contextlib.contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Holds the directory's lock. Raises StackError where another process holds it."""
    with (directory / _FILE_NAME).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise StackError(
                f"a stack is already running in {directory}: use it, end it with Ctrl-C, "
                "or start another with --state-dir somewhere else"
            ) from None
        yield


def was_left_behind(directory: Path) -> bool:
    """Whether a stack once ran there and its lock is no longer held."""
    try:
        with (directory / _FILE_NAME).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
