"""`o2c backup` and `o2c restore`: the whole stack as of one moment, saved and brought back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from o2c.commands.options import Stack
from o2c.commands.terminal import run_to_end

Saved = Annotated[Path, typer.Argument(metavar="DIR", file_okay=False, help="The directory of the backup.")]


def backup(directory: Saved, stack: Stack = None) -> None:
    """Save the five databases as of one moment into DIR, with their places in Kafka, while everything runs.

    DIR must be new or empty. Kafka's events are not in it: a restore needs the Kafka it was taken with.
    """
    from o2c.backup.create import backup as save
    from o2c.stack.description import find_stack

    found = find_stack(stack)

    async def work() -> int:
        await save(directory, found.databases, found.kafka_bootstrap_servers, report_progress=typer.echo)
        return 0

    sys.exit(run_to_end(work()))


def restore(
    directory: Saved,
    catching_up: Annotated[
        bool, typer.Option("--catch-up", help="The second step: publish again what came in since the backup.")
    ] = False,
    stack: Stack = None,
    state_dir: Annotated[
        Path | None,
        typer.Option(
            "--state-dir", help="A stack of `o2c up` that is not up: its servers are started for the restore."
        ),
    ] = None,
) -> None:
    """Restore DIR into empty databases, with no service running; then, with all running, again with --catch-up.

    What came in through Kafka since the backup is published again. What people did over HTTP since is lost.
    """
    from o2c.backup.restore import restore as bring_back
    from o2c.stack.description import find_stack
    from o2c.stack.servers import servers_only

    async def work() -> int:
        if catching_up:
            await _catch_up(directory, stack)
        elif state_dir is not None:
            async with servers_only(state_dir, typer.echo) as (databases, kafka):
                await bring_back(directory, databases, kafka, report_progress=typer.echo)
        else:
            found = find_stack(stack)
            await bring_back(directory, found.databases, found.kafka_bootstrap_servers, report_progress=typer.echo)
        return 0

    sys.exit(run_to_end(work()))


async def _catch_up(directory: Path, stack: Path | None) -> None:
    from o2c.backup.catch_up import catch_up
    from o2c.stack.description import find_stack
    from o2c.stack.idle import IdleMonitor

    found = find_stack(stack)
    urls = {name: address.http_url for name, address in found.services.items()}
    async with IdleMonitor(found.kafka_bootstrap_servers, urls) as idle:
        await catch_up(directory, found.kafka_bootstrap_servers, idle, report_progress=typer.echo)
