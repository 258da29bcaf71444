"""`python -m bench`: drains, the whole chain, latency, a known peer and the scale of state, in one table."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Final, TypeVar

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.chain import chain
from bench.credit_rules import credit_rules
from bench.doing import Doing
from bench.draining import as_line, as_part, where_time_goes
from bench.idle import idle
from bench.imports import imports
from bench.latency import latency
from bench.matching_quality import ROUNDS, matching
from bench.measuring import measure
from bench.mixes import usual_mix
from bench.peer import peer
from bench.report import show
from bench.results import BenchFailed, Findings, Line, Part, failure_message, machine, new_file, write
from bench.scale import scale
from bench.scale_data import ITEMS_EACH
from bench.servers import Servers, servers
from o2c.commands.terminal import console, errors_as_sentences, run_to_end
from o2c.stack import SERVICES

T = TypeVar("T")

_EVENTS_AT_LEAST: Final = 100


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much each part does."""

    events: int = 100_000
    orders: int = 6_000
    latency_seconds: int = 20
    idle_seconds: int = 30
    peer_seconds: float = 8.0
    customers: int = 100_000
    payments: int = 5_000
    payers: int = 2_000
    seeds: int = 2
    imported: int = 100_000
    credit_orders: int = 20_000
    credit_trial: int = 1_000_000


_QUICK: Final = Sizes(
    events=1_000, orders=300, latency_seconds=3, idle_seconds=5, peer_seconds=2.0, customers=2_000, payments=300,
    payers=100, seeds=1, imported=1_000, credit_orders=1_500, credit_trial=10_000,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Bench:
    """What the parts are given."""

    running: Servers
    sizes: Sizes
    services: list[str]
    seed: int
    screen: Console
    failures: dict[str, str]
    """What went wrong so far, by what was being done."""


def main(
    only: Annotated[
        str, typer.Option(help="Which parts, separated by commas.")
    ] = "drain,chain,latency,idle,peer,scale,matching,imports,credit",
    quick: Annotated[bool, typer.Option("--quick", help="Little of everything: shows that the bench works.")] = False,
    events: Annotated[int | None, typer.Option(min=_EVENTS_AT_LEAST, help="Events each service drains.")] = None,
    services: Annotated[str, typer.Option(help="Which services drain, separated by commas.")] = ",".join(SERVICES),
    seed: Annotated[
        int | None, typer.Option(help="What the payments of `matching` are made from; a fresh one unless given.")
    ] = None,
) -> None:
    """Measure the platform: its pace, latency and size, beside what it can be compared with in the same run.

    Starts a PostgreSQL and a Kafka of its own (or takes those of O2C_POSTGRES_URL and O2C_KAFKA_BOOTSTRAP_SERVERS)
    and checks that everything was handled rightly. Results are kept in bench/results/.
    """
    parts, names = _chosen(only, list(_PARTS), "--only"), _chosen(services, list(SERVICES), "--services")
    sizes = _QUICK if quick else Sizes()
    if events is not None:
        sizes = replace(sizes, events=events)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it could not do in the end is raised
    seed = int(time.time()) if seed is None else seed
    with errors_as_sentences():
        sys.exit(run_to_end(_bench(parts, sizes, names, seed)))


def _chosen(text: str, known: list[str], option: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    unknown = sorted(set(names) - set(known))
    if unknown or not names:
        raise typer.BadParameter(
            f"{', '.join(unknown) or 'nothing'}: choose among {', '.join(known)}", param_hint=option
        )
    return names


async def _bench(parts: list[str], sizes: Sizes, services: list[str], seed: int) -> int:
    """Runs the parts one after the other. Results are shown and stored at once, even where a later part fails."""
    screen = console()
    found, kept = Findings(machine()), new_file()
    async with servers(found.servers.append) as running:
        for line in found.servers:
            screen.print(line)
        bench = _Bench(running, sizes, services, seed, screen, found.failures)
        for name in parts:
            began = time.perf_counter()
            try:
                found.parts[name] = await _PARTS[name](bench)
            except Exception as error:
                found.failures[name] = failure_message(error)
                screen.print(f"{name} failed: {found.failures[name]}", markup=False, highlight=False)
            else:
                if name != "drain":  # which has shown each service already
                    _show_lines(found.parts[name].lines, screen)
            screen.print(f"{name}: done in {time.perf_counter() - began:,.0f} s", highlight=False)
            write(found, kept)
    if found.parts:
        show(found, screen)
    screen.print(f"Kept in {kept}")
    for name, failure in found.failures.items():
        screen.print(f"[red]{name} failed.[/red]", end=" ")
        screen.print(failure, markup=False, highlight=False)
    return 1 if found.failures else 0


def _show_lines(lines: Sequence[Line], screen: Console) -> None:
    for line in lines:
        screen.print(f"{line.part}: {line.what}: {line.compared}; {line.figures}", markup=False, highlight=False)


async def _drain(bench: _Bench) -> Part:
    """Each service for itself: where one fails, the others are measured all the same."""
    results = []
    for name in bench.services:
        mix = usual_mix(name, bench.sizes.events)
        try:
            results.append(await _watched(bench, name, mix.events, partial(measure, bench.running, mix)))
        except Exception as error:
            bench.failures[f"drain of {name}"] = failure_message(error)
            bench.screen.print(f"drain of {name} failed: {failure_message(error)}", markup=False, highlight=False)
        else:
            _show_lines([as_line(results[-1])], bench.screen)
            bench.screen.print(where_time_goes(results[-1]), markup=False, highlight=False)
    if not results:
        raise BenchFailed("no service was drained")
    return as_part(results)


async def _chain(bench: _Bench) -> Part:
    orders = bench.sizes.orders
    return await _watched(bench, "chain", orders, partial(chain, bench.running, orders))


async def _latency(bench: _Bench) -> Part:
    return await _watched(bench, "latency", None, partial(latency, bench.running, bench.sizes.latency_seconds))


async def _idle(bench: _Bench) -> Part:
    return await _watched(bench, "idle", None, partial(idle, bench.running, bench.sizes.idle_seconds))


async def _peer(bench: _Bench) -> Part:
    events, seconds = bench.sizes.events // 2, bench.sizes.peer_seconds
    return await _watched(bench, "peer", events, partial(peer, bench.running, events, seconds))


async def _scale(bench: _Bench) -> Part:
    customers, payments = bench.sizes.customers, bench.sizes.payments
    work = partial(scale, bench.running, customers, payments)
    return await _watched(bench, "scale", customers * ITEMS_EACH, work)


async def _matching(bench: _Bench) -> Part:
    customers, seeds = bench.sizes.payers, [bench.seed + n for n in range(bench.sizes.seeds)]
    bench.screen.print(f"matching: seed {bench.seed}; --seed {bench.seed} repeats it")
    work = partial(matching, bench.running, customers, ROUNDS, seeds)
    return await _watched(bench, "matching", customers * ROUNDS, work)


async def _imports(bench: _Bench) -> Part:
    payments = bench.sizes.imported
    return await _watched(bench, "imports", payments, partial(imports, bench.running, payments))


async def _credit(bench: _Bench) -> Part:
    sizes = bench.sizes
    work = partial(credit_rules, bench.running, sizes.customers, sizes.credit_orders, sizes.credit_trial)
    return await _watched(bench, "credit", None, work)


async def _watched(bench: _Bench, name: str, total: int | None, work: Callable[[Doing], Awaitable[T]]) -> T:
    """Does the work and shows what is being done; where there is no terminal, a line for each change."""
    screen = bench.screen
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as progress:
        task = progress.add_task(f"{name}: beginning", total=total)
        last = ""

        def doing(what: str, done: int) -> None:
            nonlocal last
            progress.update(task, description=f"{name}: {what}", completed=done)
            if what != last and not screen.is_terminal:
                screen.print(f"{name}: {what}")
            last = what

        return await work(doing)


_PARTS: Final[dict[str, Callable[[_Bench], Awaitable[Part]]]] = {
    "drain": _drain,
    "chain": _chain,
    "latency": _latency,
    "idle": _idle,
    "peer": _peer,
    "scale": _scale,
    "matching": _matching,
    "imports": _imports,
    "credit": _credit,
}


if __name__ == "__main__":
    typer.run(main)
