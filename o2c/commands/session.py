"""What `o2c up` and `o2c demo` do with a local stack, and what they print."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Coroutine
from typing import Any, NoReturn
from urllib.parse import urlsplit

from rich.table import Table

from o2c.commands.terminal import console
from o2c.stack.description import DEFAULT_STATE_DIRECTORY
from o2c.stack.local import LocalStack, StackOptions, local_stack

_console = console()


def _report(line: str) -> None:
    _console.print(line, highlight=False, markup=False, soft_wrap=True)


async def stay_up(options: StackOptions, *, with_simulator: bool) -> NoReturn:
    """Keeps the stack up until it is cancelled. Raises PartFailed when a part of it cannot be kept alive."""
    async with local_stack(options, _report) as stack:
        _show(stack)
        _report("Everything is up. Ctrl-C ends it.")
        await _stay(stack, with_simulator)


async def play_demo(options: StackOptions, *, months: int, seed: int, stay: bool) -> int:
    """Plays months of business on a fresh stack. Returns the exit code of the play.

    Raises PartFailed when a part of the stack cannot be kept alive.
    """
    from o2c.demo.play import play

    async with local_stack(options, _report) as stack:
        _show(stack)
        code = await _while_up(stack, play(stack.description, months, seed, _console))
        if stay:
            _report(f"The stack stays up; other commands find it with {_found_by(stack)}. Ctrl-C ends it.")
            with contextlib.suppress(asyncio.CancelledError):
                await _stay(stack, with_simulator=True)
        return code


async def _stay(stack: LocalStack, with_simulator: bool) -> NoReturn:
    """Until it is cancelled, or a part of the stack cannot be kept alive."""
    if with_simulator:
        stack.start("simulator", [sys.executable, "-m", "simulator", str(stack.description.state_dir)])
    await stack.watch()


async def _while_up(stack: LocalStack, work: Coroutine[Any, Any, int]) -> int:
    """The work's exit code. Raises PartFailed as soon as a part of the stack cannot be kept alive."""
    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(stack.watch())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            watching.result()
        return working.result()
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


def _show(stack: LocalStack) -> None:
    table = Table("", "address", title="The stack", title_justify="left")
    for name, address in stack.description.services.items():
        table.add_row(name, address.http_url)
    table.add_row("Kafka", stack.description.kafka_bootstrap_servers)
    table.add_row("PostgreSQL", urlsplit(stack.postgres.superuser_url).netloc.rpartition("@")[2])
    table.add_row("logs", os.path.relpath(stack.description.state_dir / "log"))
    table.add_row("option of other commands", _found_by(stack))
    _console.print(table)


def _found_by(stack: LocalStack) -> str:
    directory = stack.description.state_dir
    if directory == DEFAULT_STATE_DIRECTORY.resolve():
        return "none is needed in this directory"
    return f"--stack {os.path.relpath(directory)}"
