"""`o2c demo` and `o2c simulate`: months of simulated business on a running stack, a summary, and the check."""

from __future__ import annotations

import logging
import os
from datetime import date
from typing import Any, Final

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from o2c.books.check import check_books
from o2c.books.databases import databases_open
from o2c.demo.exposure_summary import Exposure, exposure_tables
from o2c.demo.figures import DEMO_SQL, business_figures, last_business_day
from o2c.demo.matching_summary import Matching
from o2c.demo.summary import print_summary
from o2c.stack import StackError
from o2c.stack.description import StackDescription
from o2c.stack.idle import IdleMonitor
from shared.chassis.auth import issue_token
from shared.kernel.money import Money
from simulator.connected_simulation import StartsTooEarly, connected_simulation
from simulator.transport.api_client import ApiClient
from simulator.transport.connection_info import ConnectionInfo
from simulator.world import DayPlayed, Simulation

_PARTITIONS = 6
"""As the services' default; the topics exist already on a stack that is up."""
_WORTH_A_LOOK: Final = {
    "credit": "/held-orders",
    "invoicing": "/orders",
    "cash_app": "/open-items",
    "collections": "/worklist",
    "analytics": "/aging",
}


async def play(stack: StackDescription, months: int, seed: int, console: Console, start: date | None = None) -> int:
    """Plays, shows what happened and checks the books; 0 only when they agree.

    Continues after the last business day the stack knows, else begins in January 2026. Raises StackError when `start`
    lies before what was played already.
    """
    # A topic without a leader yet is asked again: that is no error which a person has to read.
    logging.getLogger("aiokafka.consumer.fetcher").setLevel(logging.CRITICAL)
    where = ConnectionInfo(
        stack.kafka_bootstrap_servers,
        stack.idempotent_producer,
        _PARTITIONS,
        stack.service_urls,
        stack.token_secret,
    )
    last_day = await last_business_day(stack.databases)
    async with IdleMonitor(stack.kafka_bootstrap_servers, stack.service_urls) as idle:
        try:
            async with connected_simulation(where, seed=seed, idle=idle, start=start, last_day=last_day) as simulation:
                until = await _with_progress(simulation, months, console)
                # The simulation still has its lease: the answering process would publish something during the check.
                return await _take_stock(stack, simulation, until, console)
        except StartsTooEarly as error:
            raise StackError(str(error)) from None


async def _take_stock(stack: StackDescription, simulation: Simulation, until: date, console: Console) -> int:
    await _summarise(stack, simulation, until, console)
    _where_to_look(stack, console)
    report = await check_books(stack.databases, stack.kafka_bootstrap_servers, None)
    console.print()
    report.print(console)
    return 0 if report.agree else 1


async def _with_progress(simulation: Simulation, months: int, console: Console) -> date:
    progress = Progress(
        TextColumn("[bold]{task.fields[day]}"),
        MofNCompleteColumn(),
        BarColumn(bar_width=None),
        TimeElapsedColumn(),
        TextColumn("{task.fields[so_far]}\ncash {task.fields[cash]}"),
        console=console,
    )
    with progress:
        task = progress.add_task("play", total=None, day="preparing", so_far="", cash="-")

        def after_day(played: DayPlayed) -> None:
            _show_day(progress, task, played)

        return await simulation.play(months, after_day)


def _show_day(progress: Progress, task: TaskID, played: DayPlayed) -> None:
    tally = played.tally
    cash = ", ".join(str(Money(amount, currency)) for currency, amount in sorted(tally.cash.items(), reverse=True))
    so_far = f"{tally.orders:,} orders, {tally.invoices:,} invoices"
    progress.update(
        task,
        completed=played.number,
        total=played.of,
        day=played.day.isoformat(),
        so_far=so_far,
        cash=cash,
    )
    if not progress.console.is_terminal and (played.number % 5 == 0 or played.number == played.of):
        progress.console.print(f"{played.day}: {so_far}, cash {cash}", highlight=False)


async def _summarise(stack: StackDescription, simulation: Simulation, until: date, console: Console) -> None:
    figures = await business_figures(stack.databases, simulation.start, until)
    aging, periods = await _reports(stack)
    played = [row for row in periods if row["month"] >= f"{simulation.start:%Y-%m}"]
    matching = await _matching(stack, simulation.start, until)
    print_summary(
        console,
        figures,
        tally=simulation.upstream.tally,
        truth=simulation.truth,
        aging=aging,
        periods=played,
        matching=matching,
    )
    for table in exposure_tables(await _exposure(stack, until)):
        console.print(table)


async def _reports(stack: StackDescription) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Analytics' aging as it stands and the months it reported."""
    token = issue_token(stack.token_secret, "o2c demo", ["auditor"], 1)
    async with httpx.AsyncClient(timeout=30.0) as client:
        desk = ApiClient(client, stack.service_urls["analytics"], token)
        return await desk.rows("/aging"), await desk.rows("/periods")


async def _matching(stack: StackDescription, since: date, until: date) -> Matching:
    """Cash application's own report of match rates, and what waits at the clerk's desk."""
    token = issue_token(stack.token_secret, "o2c demo", ["auditor"], 1)
    span = {"since": since.isoformat(), "until": until.isoformat(), "limit": 200}
    async with httpx.AsyncClient(timeout=30.0) as client:
        desk = ApiClient(client, stack.service_urls["cash_app"], token)
        by_source = await desk.one("/reports/match-rate", by="source", **span)
        by_rule = await desk.one("/reports/match-rate", by="rule", **span)
        return Matching(
            by_source["lines"], by_rule["lines"], await desk.all_of("/work-queues"), await desk.rows("/imports")
        )


async def _exposure(stack: StackDescription, until: date) -> Exposure:
    """What takes of the customers' credit, from credit's database and its HTTP side."""
    async with databases_open(stack.databases, DEMO_SQL) as dbs:
        parts = await dbs["credit"].rows("demo_exposure", until)
        (row,) = await dbs["credit"].rows("demo_rates", until)
        (amended,) = await dbs["invoicing"].rows("demo_amended")
    token = issue_token(stack.token_secret, "o2c demo", ["auditor"], 1)
    async with httpx.AsyncClient(timeout=30.0) as client:
        desk = ApiClient(client, stack.service_urls["credit"], token)
        groups = [await desk.one(f"/groups/{group['group_id']}") for group in await desk.rows("/groups")]
    return Exposure(parts, groups, row["rates"], amended["orders"])


def _where_to_look(stack: StackDescription, console: Console) -> None:
    here = os.path.relpath(stack.state_dir)
    console.print("\nWhere to look while the stack is up (every service lists its routes at /openapi.json):")
    for name, url in stack.service_urls.items():
        console.print(f"  {name:12} {url}{_WORTH_A_LOOK[name]}", highlight=False)
    console.print("All want a token:", highlight=False)
    token = f"$(o2c token --stack {here} --name you --role auditor)"
    console.print(
        f'  curl -H "Authorization: Bearer {token}" {stack.service_urls["analytics"]}/aging',
        highlight=False, soft_wrap=True,
    )  # fmt: skip
    console.print(f"What is owed as of any day:\n  o2c aging --stack {here} --as-of 2026-02-15", highlight=False)
