"""The table: ratios first, figures second, and what they were measured on."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from bench.floor import BATCH_EVENTS
from bench.processor_time import KAFKA, POSTGRES, SERVICE
from bench.results import Result

_EXPLAINED = f"""\
Of the floor: the service's events a second as a part of the floor's. The service takes its backlog from Kafka,
decides, writes and publishes; measured from its first commit to the last one and the outbox empty. The floor does
nothing but the same writes (inbox, the service's rows, outbox) by bare asyncpg in batches of {BATCH_EVENTS}. The first
batch of each is left out. CPU: microseconds an event, and the part of one core that was used; a service is one thread,
so at 100 % it is its own limit."""


def show(results: list[Result], on: dict[str, Any], servers: list[str], console: Console) -> None:
    """Prints what was found."""
    table = Table(title="Draining a backlog, beside the floor")
    table.add_column("service", style="bold")
    table.add_column("of the floor", justify="right", style="bold")
    for heading in ("events/s", "floor/s", "events", "batches", "CPU service", "CPU PostgreSQL", "CPU Kafka"):
        table.add_column(heading, justify="right")
    for result in results:
        table.add_row(
            result.service,
            f"{result.ratio:.0%}",
            f"{result.drained.pace.per_second:,.0f}",
            f"{result.floor.per_second:,.0f}",
            f"{result.events:,}",
            f"{result.drained.batches} of ≤ {result.batch_events_max:,}",
            *(_cpu(result, who) for who in (SERVICE, POSTGRES, KAFKA)),
        )
    console.print(table)
    for result in results:
        console.print(f"{result.service}: {result.mix}", highlight=False)
    console.print(_EXPLAINED, highlight=False)
    libraries = ", ".join(f"{name} {version}" for name, version in on["libraries"].items())
    console.print(f"Machine: {on['cores']} cores, {on['system']} {on['machine']}, Python {on['python']}; {libraries}")
    console.print(f"Servers: {'; '.join(servers)}")
    if on["load_before"] > on["cores"] / 2:
        console.print(
            f"[yellow]Others were at work (load {on['load_before']} before the start): the figures are too low, "
            "and the ratios uncertain.[/yellow]"
        )


def _cpu(result: Result, who: str) -> str:
    seconds = result.drained.cpu_seconds.get(who)
    if seconds is None:
        return "–"
    pace = result.drained.pace
    return f"{seconds * 1_000_000 / pace.events:.0f} ({seconds / pace.seconds:.0%})"
