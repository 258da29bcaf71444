"""How commands print and how they end: with an exit code, and with a sentence when something is wrong."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

INTERRUPTED = 130
"""The exit code of a command that was ended with Ctrl-C before it was done."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WIDTH_WITHOUT_TERMINAL = 140


def console() -> Console:
    """Where commands print: as wide as the terminal, and wide enough for tables where there is none."""
    from rich.console import Console

    plain = Console()
    if plain.is_terminal or "COLUMNS" in os.environ:
        return plain
    return Console(width=_WIDTH_WITHOUT_TERMINAL)


@contextlib.contextmanager
def errors_as_sentences() -> Iterator[None]:
    """Prints an error that a person can correct as a sentence on standard error, and exits with 1."""
    from o2c.stack import StackError
    from shared.chassis.errors import ConfigurationError

    try:
        yield
    except (StackError, ConfigurationError) as error:
        sys.exit(f"o2c: {error}")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def run_to_end(work: Coroutine[Any, Any, int], *, interrupted: int = INTERRUPTED) -> int:
    """Runs asynchronous work and returns its exit code; `interrupted` after Ctrl-C, SIGTERM or a closed terminal.

    The work is cancelled once and gets the time it needs to end what it started, however often a signal comes.
    """
    return asyncio.run(_until_signal(work, interrupted))


async def _until_signal(work: Coroutine[Any, Any, int], interrupted: int) -> int:
    task = asyncio.ensure_future(work)
    received: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        if not received:
            task.cancel()
        received.append(number)

    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not received:
            raise
        return interrupted
