"""All five services as processes of their own, each with a database and topics made for one part of the bench."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
import httpx

from bench.direct import encoded, service_named
from bench.processor_time import cpu_seconds, resident_megabytes
from bench.results import BenchFailed, Line
from bench.servers import PARTITIONS, Servers
from o2c.stack import SERVICES, StackError
from o2c.stack.children import Child
from o2c.stack.description import ServiceAddress, StackDescription
from o2c.stack.idle import STALL_SECONDS, IdleMonitor, NotIdle
from o2c.stack.local import service_environment
from o2c.stack.ports import HOST
from o2c.stack.readiness import service_probe, wait_until_ready
from shared.chassis.publish.topics import create_topics
from shared.chassis.transaction.migrate import migrate
from shared.contracts import EVENTS
from shared.contracts.event import Event

MEMORY_GOAL_MEGABYTES: Final = 200
_SAMPLE_SECONDS: Final = 0.5


@dataclass(eq=False)
class Five:
    """The services of one part while they run."""

    servers: Servers
    description: StackDescription
    prefix: str
    children: dict[str, Child]
    idle: IdleMonitor
    resident_megabytes: dict[str, float] = field(default_factory=dict)
    """The most that each service was seen to hold in memory."""

    async def publish(self, events: Collection[Event], mix: str) -> None:
        """Publishes events as their first producer would; `mix` is part of their ids."""
        await self.servers.publish(self.prefix, encoded(events, mix))

    async def rest(self, stall_seconds: float = STALL_SECONDS) -> None:
        """Returns when nothing is in flight. Raises BenchFailed when nothing progresses, or a service has ended."""
        waiting = asyncio.create_task(self.idle.wait(stall_seconds))
        try:
            while not (await asyncio.wait([waiting], timeout=_SAMPLE_SECONDS))[0]:
                self.all_alive()
            await waiting
        except NotIdle as busy:
            raise BenchFailed(str(busy)) from None
        finally:
            waiting.cancel()

    def all_alive(self) -> None:
        """Raises BenchFailed where a service has ended."""
        for child in self.children.values():
            if child.exit_code is not None:
                raise BenchFailed(child.describe_end())

    def cpu_seconds(self) -> dict[str, float]:
        """What each service, PostgreSQL and Kafka have used so far; servers elsewhere are left out."""
        servers = {child.name: child for child in self.servers.children.named(("postgres", "kafka"))}
        children = {**self.children, **servers}
        return cpu_seconds({name: child.process.pid for name, child in children.items() if child.exit_code is None})

    def memory(self, part: str) -> Line:
        """The most that a service was seen to hold in memory during a part of the bench."""
        largest = max(self.resident_megabytes.values())
        sizes = ", ".join(f"{name} {size:.0f}" for name, size in sorted(self.resident_megabytes.items()))
        what = "resident memory, the largest service"
        return Line(part, what, f"{largest:.0f} MB", f"MB: {sizes}", "under 200 MB", largest < MEMORY_GOAL_MEGABYTES)

    async def value(self, service: str, sql: str, *arguments: Any) -> Any:
        """One value of a service's database."""
        connection = await asyncpg.connect(self.description.databases[service])
        try:
            return await connection.fetchval(sql, *arguments)
        finally:
            await connection.close()

    async def watch_memory(self) -> None:
        """Until cancelled: keeps the most that each service holds."""
        while True:
            for name, child in self.children.items():
                megabytes = resident_megabytes(child.process.pid)
                self.resident_megabytes[name] = max(self.resident_megabytes.get(name, 0.0), megabytes)
            await asyncio.sleep(_SAMPLE_SECONDS)


@contextlib.asynccontextmanager
async def five_databases(servers: Servers, part: str) -> AsyncIterator[dict[str, str]]:
    """The URL of an empty, migrated database for each service."""
    names = {service: f"bench_{part}_{service}_{secrets.token_hex(3)}" for service in SERVICES}
    try:
        urls = {service: await servers.postgres.create_database(name) for service, name in names.items()}
        for service, url in urls.items():
            await migrate(service_named(service), url)
        yield urls
    finally:
        for name in names.values():
            await servers.postgres.drop_database(name)


@contextlib.asynccontextmanager
async def five_services(servers: Servers, databases: Mapping[str, str], part: str) -> AsyncIterator[Five]:
    """The services, ready, with nothing to do yet."""
    prefix = f"bench-{part}-{secrets.token_hex(3)}."
    description = _describe(servers, databases)
    topics = {prefix + event.topic for event in EVENTS.values()}
    await create_topics(servers.kafka.bootstrap_servers, topics, partitions=PARTITIONS)
    async with contextlib.AsyncExitStack() as ending:
        ending.push_async_callback(servers.forget_topics, prefix)
        children = {}
        for name in SERVICES:
            children[name] = servers.children.start(
                name, [sys.executable, "-m", f"services.{name}"], environment=_environment(description, name, prefix)
            )
            ending.push_async_callback(servers.children.stop, children[name])
        idle = await ending.enter_async_context(
            IdleMonitor(description.kafka_bootstrap_servers, description.service_urls, topic_prefix=prefix)
        )
        five = Five(servers, description, prefix, children, idle)
        await _ready(five)
        watching = asyncio.create_task(five.watch_memory())
        ending.callback(watching.cancel)
        yield five


def _describe(servers: Servers, databases: Mapping[str, str]) -> StackDescription:
    return StackDescription(
        kafka_bootstrap_servers=servers.kafka.bootstrap_servers,
        idempotent_producer=servers.kafka.idempotent,
        broker=servers.kafka.kind,
        services={
            name: ServiceAddress(http_url=f"http://{HOST}:{servers.ports.take(name)}", database_url=url)
            for name, url in databases.items()
        },
        token_secret=secrets.token_hex(32),
        state_dir=servers.directory,
    )


def _environment(description: StackDescription, name: str, prefix: str) -> dict[str, str]:
    return {
        **service_environment(description, name),
        "O2C_TOPIC_PREFIX": prefix,
        "O2C_KAFKA_PARTITIONS": str(PARTITIONS),
        "O2C_LOG_LEVEL": "WARNING",
    }


async def _ready(five: Five) -> None:
    """Raises BenchFailed where a service ends or makes no progress before it is ready."""
    try:
        async with httpx.AsyncClient(timeout=5.0) as client:
            for name, url in five.description.service_urls.items():
                await wait_until_ready(five.children[name], service_probe(client, url))
    except StackError as error:
        raise BenchFailed(str(error)) from None
