"""The whole stack on one machine: started in order, watched, and ended without leaving a process behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import httpx

from o2c.stack import SERVICES, StackError
from o2c.stack.brokers import Kafka
from o2c.stack.children import Child, Children
from o2c.stack.choice import Report, choose_kafka, choose_postgres
from o2c.stack.containers import forget_kafka
from o2c.stack.description import FILE_NAME, ServiceAddress, StackDescription
from o2c.stack.lock import only_one
from o2c.stack.ports import HOST, Ports
from o2c.stack.postgres import Postgres
from o2c.stack.readiness import service_probe, wait_until_ready
from o2c.stack.reset import forget_topics
from o2c.stack.supervisor import Supervisor
from o2c.stack.topics import topics_without_leader
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.observe.stall_watch import StallWatch
from shared.chassis.publish.topics import create_topics, dead_letter_topic
from shared.contracts import EVENTS

_TOPICS_STALL_SECONDS = 120.0
_POLL_SECONDS = 0.1
_TANSU_LOSES_EVENTS = "Tansu keeps events in memory only: those not yet handled are lost"
_KEPT = ("lock", "log", "run")
"""What `fresh` leaves in the state directory; everything else is data."""


@dataclass(frozen=True)
class StackOptions:
    """How a local stack is to be started. Ports that are None are free ones, the same again at the next start."""

    state_dir: Path
    fresh: bool = False
    http_port: int | None = None
    """The first service's; the others follow."""
    postgres_port: int | None = None
    kafka_port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """Further settings for the services' processes."""


@dataclass(eq=False)
class LocalStack:
    """A stack that is up and kept up: its parts are started again when they end by themselves."""

    description: StackDescription
    postgres: Postgres
    kafka: Kafka
    children: Children
    supervisor: Supervisor
    supervising: asyncio.Task[NoReturn]

    async def watch(self) -> NoReturn:
        """Returns never; raises PartFailed when a part cannot be kept alive."""
        await asyncio.shield(self.supervising)

    def start(self, name: str, command: list[str]) -> Child:
        """One more process that belongs to the stack: it is kept alive and ends with it."""
        child = self.children.start(name, command)
        self.supervisor.supervise(child)
        return child


@contextlib.asynccontextmanager
async def local_stack(options: StackOptions, report: Report) -> AsyncIterator[LocalStack]:
    """PostgreSQL, Kafka and the five services, ready when the block begins, all ended when it is left.

    `report` gets a line at each step. Raises StackError where something does not start, or where another stack runs in
    the same state directory.
    """
    options.state_dir.mkdir(parents=True, exist_ok=True)
    directory = options.state_dir.resolve()
    with only_one(directory):
        children = Children(directory)
        (directory / FILE_NAME).unlink(missing_ok=True)  # a killed run's
        if options.fresh:
            await _start_over(directory)
        ports = Ports(directory / "ports.json")
        supervisor = Supervisor(children, report)
        try:
            postgres, kafka = await _start_servers(children, directory, ports, options, report)
            _supervise_servers(supervisor, postgres, kafka)
            description = await _describe(_Place(directory, ports, options), postgres, kafka)
            async with _running(supervisor) as supervising:
                await _until_failure(_create_topics(description, options), supervising)
                await _until_failure(_start_services(children, supervisor, description, options), supervising)
                report(f"services: {', '.join(SERVICES)}")
                description.write()
                try:
                    yield LocalStack(description, postgres, kafka, children, supervisor, supervising)
                finally:
                    description.remove()
        finally:
            await _end(children)


@contextlib.asynccontextmanager
async def _running(supervisor: Supervisor) -> AsyncIterator[asyncio.Task[NoReturn]]:
    task = asyncio.create_task(supervisor.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _until_failure(work: Coroutine[Any, Any, None], supervising: asyncio.Task[NoReturn]) -> None:
    """Does the work; raises PartFailed as soon as a part cannot be kept alive."""
    working = asyncio.ensure_future(work)
    try:
        await asyncio.wait({working, supervising}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            supervising.result()
        working.result()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def _start_over(directory: Path) -> None:
    await forget_kafka(directory / "kafka")
    for entry in directory.iterdir():
        if entry.name in _KEPT:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    for log in (directory / "log").glob("*.log"):
        log.unlink()


async def _start_servers(
    children: Children, directory: Path, ports: Ports, options: StackOptions, report: Report
) -> tuple[Postgres, Kafka]:
    """Both at once; where one fails, the start of the other is cancelled."""
    try:
        async with asyncio.TaskGroup() as starting:
            postgres = starting.create_task(
                choose_postgres(children, directory / "postgres", ports, report, port=options.postgres_port)
            )
            kafka = starting.create_task(
                choose_kafka(children, directory / "kafka", ports, report, port=options.kafka_port)
            )
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    for server in (postgres.result(), kafka.result()):
        report(server.described)
    if kafka.result().kind == "tansu":
        report(f"{_TANSU_LOSES_EVENTS} when the stack ends")
    if options.fresh and kafka.result().kind == "given":
        await forget_topics(kafka.result().bootstrap_servers)
    if options.fresh and postgres.result().kind == "given":
        for name in SERVICES:
            await postgres.result().drop_database(f"o2c_{name}")
    return postgres.result(), kafka.result()


def _supervise_servers(supervisor: Supervisor, postgres: Postgres, kafka: Kafka) -> None:
    """Those that the stack started: they come back on the same port, with their data."""
    if postgres.child is not None:
        supervisor.supervise(postgres.child)
    if kafka.child is not None:
        supervisor.supervise(kafka.child, lost_with_it=None if kafka.keeps_events else _TANSU_LOSES_EVENTS)


def _token_secret(directory: Path) -> str:
    file = directory / "token-secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


@dataclass(frozen=True)
class _Place:
    """Where a stack is started, and how."""

    directory: Path
    ports: Ports
    options: StackOptions


async def _describe(place: _Place, postgres: Postgres, kafka: Kafka) -> StackDescription:
    services = {}
    first_port = place.options.http_port
    for number, name in enumerate(SERVICES):
        port = place.ports.take(name, None if first_port is None else first_port + number)
        database_url = await postgres.create_database(f"o2c_{name}")
        services[name] = ServiceAddress(http_url=f"http://{HOST}:{port}", database_url=database_url)
    return StackDescription(
        kafka_bootstrap_servers=kafka.bootstrap_servers,
        idempotent_producer=kafka.idempotent,
        broker=kafka.kind,
        services=services,
        token_secret=_token_secret(place.directory),
        state_dir=place.directory,
    )


def service_environment(description: StackDescription, name: str) -> dict[str, str]:
    """The settings with which a service of this stack is started."""
    address = description.services[name]
    return {
        "O2C_DATABASE_URL": address.database_url,
        "O2C_KAFKA_BOOTSTRAP_SERVERS": description.kafka_bootstrap_servers,
        "O2C_KAFKA_IDEMPOTENT_PRODUCER": json.dumps(description.idempotent_producer),
        "O2C_HTTP_HOST": HOST,
        "O2C_HTTP_PORT": address.http_url.rpartition(":")[2],
        "O2C_TOKEN_SECRET": description.token_secret,
        "PYTHONUNBUFFERED": "1",
    }


async def _create_topics(description: StackDescription, options: StackOptions) -> None:
    """Creates every topic, and returns when the broker knows all of their partitions: services consume at once then."""
    settings = {**os.environ, **options.environment}
    topics = {event.topic for event in EVENTS.values()} | {dead_letter_topic(name) for name in SERVICES}
    await create_topics(
        description.kafka_bootstrap_servers,
        topics,
        partitions=int(settings.get("O2C_KAFKA_PARTITIONS", _default("kafka_partitions"))),
        replication_factor=int(settings.get("O2C_KAFKA_REPLICATION_FACTOR", _default("kafka_replication_factor"))),
    )
    watch = StallWatch(_TOPICS_STALL_SECONDS)
    while unknown := await topics_without_leader(description.kafka_bootstrap_servers, topics):
        watch.observe({"topics": len(unknown)})
        if watch.stalled:
            raise StackError(f"Kafka does not make these topics available: {', '.join(sorted(unknown))}")
        await asyncio.sleep(_POLL_SECONDS)


def _default(setting: str) -> Any:
    return ServiceSettings.model_fields[setting].default


async def _start_services(
    children: Children, supervisor: Supervisor, description: StackDescription, options: StackOptions
) -> None:
    """All at once; returns when all are ready. One that ends meanwhile is started again by the supervisor."""
    started = {
        name: children.start(
            name,
            [sys.executable, "-m", f"services.{name}"],
            environment={**service_environment(description, name), **options.environment},
        )
        for name in SERVICES
    }
    for child in started.values():
        supervisor.supervise(child)
    async with httpx.AsyncClient(timeout=5.0) as client:
        for name, child in started.items():
            probe = service_probe(client, description.services[name].http_url)
            await wait_until_ready(child, probe, restarted_elsewhere=True)


async def _end(children: Children) -> None:
    """Services first, then the servers they use. A second Ctrl-C does not leave anything behind either."""
    ending = asyncio.create_task(_end_in_order(children))
    while not ending.done():
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(ending)
    ending.result()


async def _end_in_order(children: Children) -> None:
    await asyncio.gather(*(children.stop(child) for child in children.named(SERVICES)))
    await children.stop_all()
