"""`python -m bench`: every service drains a backlog of its usual mix, beside the floor."""

from __future__ import annotations

import logging
import sys
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from bench.measuring import measure
from bench.mixes import usual_mix
from bench.report import show
from bench.results import BenchFailed, Result, machine, write
from bench.servers import Servers, servers
from o2c.stack import SERVICES
from o2c.telling import console, run_to_end, told

_EVENTS_AT_LEAST = 100


def main(
    events: Annotated[int, typer.Option(min=_EVENTS_AT_LEAST, help="How many events each service drains.")] = 20_000,
    services: Annotated[str, typer.Option(help="Which services, separated by commas.")] = ",".join(SERVICES),
) -> None:
    """Measure how fast each service drains a backlog from Kafka, beside bare writes on the same PostgreSQL.

    Starts a PostgreSQL and a Kafka of its own (or takes those of O2C_POSTGRES_URL and O2C_KAFKA_BOOTSTRAP_SERVERS)
    and checks that every event was handled rightly. Results are kept in bench/results/.
    """
    names = [name.strip() for name in services.split(",") if name.strip()]
    unknown = sorted(set(names) - set(SERVICES))
    if unknown or not names:
        raise typer.BadParameter(
            f"{', '.join(unknown) or 'nothing'}: choose among {', '.join(SERVICES)}", param_hint="--services"
        )
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it could not do in the end is raised
    with told():
        sys.exit(run_to_end(_bench(events, names, console())))


async def _bench(events: int, names: list[str], screen: Console) -> int:
    on, lines = machine(), list[str]()
    results: list[Result] = []
    try:
        async with servers(lines.append) as running:
            for line in lines:
                screen.print(line)
            for name in names:
                results.append(await _one(running, name, events, screen))
    except BenchFailed as failure:
        screen.print(f"[red]The bench failed.[/red] {failure}", markup=True, highlight=False)
        return 1
    show(results, on, lines, screen)
    screen.print(f"Kept in {write(results, on, lines)}")
    return 0


async def _one(running: Servers, name: str, events: int, screen: Console) -> Result:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task: TaskID = progress.add_task(f"{name}: making the mix", total=events)
        last = ""

        def doing(what: str, done: int) -> None:
            nonlocal last
            progress.update(task, description=f"{name}: {what}", completed=done)
            if what != last and not screen.is_terminal:
                screen.print(f"{name}: {what}")
            last = what

        result = await measure(running, usual_mix(name, events), doing)
    screen.print(f"{name}: {result.ratio:.0%} of the floor, {result.drained.pace.per_second:,.0f} events/s")
    return result


if __name__ == "__main__":
    typer.run(main)
