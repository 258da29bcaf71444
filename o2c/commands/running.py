"""`o2c up`, `demo`, `run`, `migrate` and `clock`: the stack and its pieces."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from o2c.commands.options import ServiceName, Stack, StateDirectory, day, service_name
from o2c.commands.terminal import run_to_end

HttpPort = Annotated[
    int | None,
    typer.Option(help="Port of the first service; the others follow. Free ones by default.", envvar="O2C_UP_HTTP_PORT"),
]
PostgresPort = Annotated[
    int | None, typer.Option(help="Port of PostgreSQL. A free one by default.", envvar="O2C_UP_POSTGRES_PORT")
]
KafkaPort = Annotated[
    int | None, typer.Option(help="Port of Kafka. A free one by default.", envvar="O2C_UP_KAFKA_PORT")
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same books.")]
Months = Annotated[int, typer.Option(min=1, max=120, help="Months of business to play.")]


_COMPANY = "US01"
"""The company whose day `o2c clock` begins unless another is named: the one of demo, simulation and replay."""


def up(
    *,
    fresh: Annotated[bool, typer.Option("--fresh", help="Start over: forget all data of earlier runs.")] = False,
    with_simulator: Annotated[
        bool,
        typer.Option(
            "--with-simulator/--no-simulator",
            help="Let the simulated warehouse (INV_CTRL) and general ledger (GL_CORE) answer what the services ask.",
        ),
    ] = True,
    state_dir: StateDirectory = Path(".o2c"),
    http_port: HttpPort = None,
    postgres_port: PostgresPort = None,
    kafka_port: KafkaPort = None,
) -> None:
    """Start the whole stack and keep it running until Ctrl-C.

    PostgreSQL, Kafka and the five services. Data is kept in the state directory and found again at the next start.
    With O2C_POSTGRES_URL or O2C_KAFKA_BOOTSTRAP_SERVERS set, those servers are used instead of local ones, and
    `--fresh` drops the databases and topics of o2c there.
    """
    from o2c.commands.session import stay_up
    from o2c.stack.local import StackOptions

    options = StackOptions(state_dir, fresh, http_port, postgres_port, kafka_port)
    sys.exit(run_to_end(stay_up(options, with_simulator=with_simulator), interrupted=0))


def demo(
    months: Months = 3,
    seed: Seed = 1,
    stay: Annotated[bool, typer.Option("--stay", help="Keep the stack up afterwards, until Ctrl-C.")] = False,
    state_dir: StateDirectory = Path(".o2c-demo"),
) -> None:
    """Play months of simulated business on a fresh stack, and check that the books agree.

    Orders, deliveries, invoices, payments, dunning and promises of 60 customers, through all five services. Exits with
    1 when the books do not agree.
    """
    from o2c.commands.session import play_demo
    from o2c.stack.local import StackOptions

    options = StackOptions(state_dir, fresh=True)
    sys.exit(run_to_end(play_demo(options, months=months, seed=seed, stay=stay)))


def run(service: ServiceName) -> None:
    """Run one service in this process, with settings from the environment."""
    import importlib

    from shared.chassis.runtime.process import run as run_service

    run_service(importlib.import_module(f"services.{service}.app").service)


def migrate(
    service: Annotated[str | None, typer.Argument(parser=service_name, metavar="[SERVICE]")] = None,
    stack: Stack = None,
) -> None:
    """Bring databases to today's schema: one service's, or all of the running stack's.

    For one service, O2C_DATABASE_URL names the database where it is set.
    """
    import asyncio
    import importlib

    from o2c.stack.description import find_stack
    from shared.chassis.transaction.migrate import migrate as migrate_database

    url = os.environ.get("O2C_DATABASE_URL")
    databases = {service: url} if service and url else find_stack(stack).databases
    for name in [service] if service else list(databases):
        asyncio.run(migrate_database(importlib.import_module(f"services.{name}.app").service, databases[name]))
        typer.echo(f"{name}: at today's schema")


def clock(
    company: Annotated[
        list[str] | None,
        typer.Option("--company", help="A company whose days begin; repeat for several.", envvar="O2C_CLOCK_COMPANIES"),
    ] = None,
    timezone: Annotated[
        str, typer.Option(help="Where a day begins, e.g. Europe/Berlin.", envvar="O2C_CLOCK_TIMEZONE")
    ] = "UTC",
    start: Annotated[
        date | None,
        typer.Option("--from", parser=day, metavar="YYYY-MM-DD", help="The first day, if none was ever begun."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Begin the days that are due and end.")] = False,
    stack: Stack = None,
) -> None:
    """Publish BusinessDayStarted for each new day, once; after a pause, continue after the last day published.

    Kafka is the one of O2C_KAFKA_BOOTSTRAP_SERVERS, else the running stack's.
    """
    from o2c.stack.clock import Clock
    from o2c.stack.description import find_stack

    servers = os.environ.get("O2C_KAFKA_BOOTSTRAP_SERVERS")
    if servers:
        idempotent = os.environ.get("O2C_KAFKA_IDEMPOTENT_PRODUCER", "true").lower() != "false"
    else:
        found = find_stack(stack)
        servers, idempotent = found.kafka_bootstrap_servers, found.idempotent_producer
    ticking = Clock(servers, company or [_COMPANY], timezone, idempotent=idempotent, first_day=start)
    sys.exit(run_to_end(ticking.run(once=once, report_progress=typer.echo), interrupted=0))
