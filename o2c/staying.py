"""What `o2c up` and `o2c demo` do with a local stack, and what they print."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Coroutine
from typing import Any
from urllib.parse import urlsplit

from rich.table import Table

from o2c.stack.children import Child
from o2c.stack.description import DEFAULT_STATE_DIRECTORY
from o2c.stack.local import LocalStack, StackOptions, death, local_stack
from o2c.telling import console

_console = console()


def _tell(line: str) -> None:
    _console.print(line, highlight=False, markup=False, soft_wrap=True)


async def stay_up(options: StackOptions, *, with_simulator: bool) -> int:
    """The stack until it is cancelled; 1 when one of its processes ended by itself."""
    async with local_stack(options, _tell) as stack:
        _show(stack)
        _tell("Everything is up. Ctrl-C ends it.")
        return await _stay(stack, with_simulator)


async def play_demo(options: StackOptions, *, months: int, seed: int, stay: bool) -> int:
    """Months of business on a fresh stack; the exit code of the play, 1 when a process of the stack ended."""
    from o2c.demo import play

    async with local_stack(options, _tell) as stack:
        _show(stack)
        code = await _while_up(stack, play(stack.description, months, seed, _console))
        if stay:
            _tell(f"The stack stays up; other commands find it with {_found_by(stack)}. Ctrl-C ends it.")
            with contextlib.suppress(asyncio.CancelledError):
                return await _stay(stack, with_simulator=True)
        return code


async def _stay(stack: LocalStack, with_simulator: bool) -> int:
    """Until it is cancelled, or a process of the stack ends by itself."""
    if with_simulator:
        stack.start("simulator", [sys.executable, "-m", "simulator", str(stack.description.state_dir)])
    return _told(await stack.watch())


async def _while_up(stack: LocalStack, work: Coroutine[Any, Any, int]) -> int:
    """The work's exit code, or 1 as soon as a process of the stack ends by itself."""
    working, watching = asyncio.ensure_future(work), asyncio.ensure_future(stack.watch())
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else _told(watching.result())
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)


def _told(child: Child) -> int:
    _tell(death(child))
    return 1


def _show(stack: LocalStack) -> None:
    table = Table("", "where", title="The stack", title_justify="left")
    for name, address in stack.description.services.items():
        table.add_row(name, address.http_url)
    table.add_row("Kafka", stack.description.kafka_bootstrap_servers)
    table.add_row("PostgreSQL", urlsplit(stack.postgres.superuser_url).netloc.rpartition("@")[2])
    table.add_row("logs", os.path.relpath(stack.description.state_dir / "log"))
    table.add_row("for other commands", _found_by(stack))
    _console.print(table)


def _found_by(stack: LocalStack) -> str:
    directory = stack.description.state_dir
    if directory == DEFAULT_STATE_DIRECTORY.resolve():
        return "no option: they find it here"
    return f"--stack {os.path.relpath(directory)}"
