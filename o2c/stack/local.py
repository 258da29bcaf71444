"""The whole stack on one machine: started in order, watched, and ended without leaving a process behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from o2c.stack import SERVICES, StackError
from o2c.stack.brokers import Kafka
from o2c.stack.children import Child, Children
from o2c.stack.choice import Tell, choose_kafka, choose_postgres
from o2c.stack.containers import forget_kafka
from o2c.stack.description import FILE_NAME, ServiceAddress, StackDescription
from o2c.stack.forgetting import forget_topics
from o2c.stack.lock import only_one
from o2c.stack.ports import HOST, Ports
from o2c.stack.postgres import Postgres

READY_SECONDS = 90.0
"""Five services starting together on two cores need about five; a slow disk must not fail them."""
_WATCH_SECONDS = 0.2
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
    """A stack that is up."""

    description: StackDescription
    postgres: Postgres
    kafka: Kafka
    children: Children

    async def watch(self) -> Child:
        """Returns the first child that ends by itself; none should."""
        while True:
            for child in self.children.ended():
                return child
            await asyncio.sleep(_WATCH_SECONDS)

    def start(self, name: str, command: list[str]) -> Child:
        """One more process that belongs to the stack: it ends with it, and its end ends the stack."""
        return self.children.start(name, command)


@contextlib.asynccontextmanager
async def local_stack(options: StackOptions, tell: Tell) -> AsyncIterator[LocalStack]:
    """PostgreSQL, Kafka and the five services, ready when the block begins, all ended when it is left.

    `tell` gets a line at each step. Raises StackError where something does not start, or where another stack runs in
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
        try:
            postgres, kafka = await _start_servers(children, directory, ports, options, tell)
            secret = _token_secret(directory)
            description = await _describe(directory, ports, options, postgres, kafka, secret)
            await _start_services(children, description, options, tell)
            description.write()
            try:
                yield LocalStack(description, postgres, kafka, children)
            finally:
                description.remove()
        finally:
            await _end(children)


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
    children: Children, directory: Path, ports: Ports, options: StackOptions, tell: Tell
) -> tuple[Postgres, Kafka]:
    """Both at once; where one fails, the other's start is given up."""
    try:
        async with asyncio.TaskGroup() as starting:
            postgres = starting.create_task(
                choose_postgres(children, directory / "postgres", ports, tell, port=options.postgres_port)
            )
            kafka = starting.create_task(
                choose_kafka(children, directory / "kafka", ports, tell, port=options.kafka_port)
            )
    except BaseExceptionGroup as group:
        raise group.exceptions[0] from None
    for server in (postgres.result(), kafka.result()):
        tell(server.described)
    if kafka.result().kind == "tansu":
        tell("Tansu keeps events in memory only: those not yet handled are lost when the stack ends")
    if options.fresh and kafka.result().kind == "given":
        await forget_topics(kafka.result().bootstrap_servers)
    if options.fresh and postgres.result().kind == "given":
        for name in SERVICES:
            await postgres.result().drop_database(f"o2c_{name}")
    return postgres.result(), kafka.result()


def _token_secret(directory: Path) -> str:
    file = directory / "token-secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


async def _describe(
    directory: Path, ports: Ports, options: StackOptions, postgres: Postgres, kafka: Kafka, secret: str
) -> StackDescription:
    services = {}
    for number, name in enumerate(SERVICES):
        port = ports.take(name, None if options.http_port is None else options.http_port + number)
        database_url = await postgres.create_database(f"o2c_{name}")
        services[name] = ServiceAddress(http_url=f"http://{HOST}:{port}", database_url=database_url)
    return StackDescription(
        kafka_bootstrap_servers=kafka.bootstrap_servers,
        idempotent_producer=kafka.idempotent,
        broker=kafka.kind,
        services=services,
        token_secret=secret,
        state_dir=directory,
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


async def _start_services(children: Children, description: StackDescription, options: StackOptions, tell: Tell) -> None:
    started = {
        name: children.start(
            name,
            [sys.executable, "-m", f"services.{name}"],
            environment={**service_environment(description, name), **options.environment},
        )
        for name in SERVICES
    }
    async with httpx.AsyncClient(timeout=5.0) as client:
        waiting = {
            asyncio.create_task(_wait_until_ready(client, child, description.services[name].http_url))
            for name, child in started.items()
        }
        try:
            for ready in asyncio.as_completed(waiting):
                await ready
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
    tell(f"services: {', '.join(SERVICES)}")


async def _wait_until_ready(client: httpx.AsyncClient, child: Child, url: str) -> None:
    """Raises StackError when the service ends first or its time is over."""
    answer = "it does not answer"
    try:
        async with asyncio.timeout(READY_SECONDS):
            while child.exit_code is None:
                with contextlib.suppress(httpx.TransportError):
                    response = await client.get(f"{url}/health/ready")
                    if response.status_code == 200:
                        return
                    answer = response.text
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise StackError(
            f"{child.name} was not ready after {READY_SECONDS:.0f} s: {answer}; the end of {child.log}:\n{child.tail()}"
        ) from None
    raise StackError(death(child))


def death(child: Child) -> str:
    """What to tell of a child that ended by itself."""
    return f"{child.name} ended with exit code {child.exit_code}; the end of {child.log}:\n{child.tail()}"


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
