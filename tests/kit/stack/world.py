"""A world for one test: its own databases and topics, services in this process, Kafka and PostgreSQL real.

```python
async with World(kafka, postgres, services=["credit"]) as world:
    await world.publish(CustomerChanged(...), OrderValidated(...))
    await world.settle()
    assert world.published(CreditApproved)[0].order_id == "O-1"
    assert await world.rows("credit", "SELECT state FROM account") == [("Active",)]
```
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from fastapi import FastAPI
from pydantic import SecretStr

from o2c.stack.idle import IdleMonitor
from shared.chassis.auth import issue_token
from shared.chassis.declare.service import Service
from shared.chassis.envelope import Encoded, decode, encode, read_headers
from shared.chassis.publish.topics import create_topics
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.chassis.transaction.migrate import migrate
from shared.contracts import EVENTS
from shared.contracts.event import Event, EventContext

SERVICES = ("invoicing", "credit", "cash_app", "collections", "analytics")
SECRET = "for tests only, long enough for HS256"
STALL_SECONDS = 60.0
PARTITIONS = 3

E = TypeVar("E", bound=Event)


class Doors(httpx.AsyncBaseTransport):
    """Leads a request for `http://<service>` to that service, in this process or in one of its own."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._outside = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        name = request.url.host
        if name in self._world.apps:
            inside = httpx.ASGITransport(app=self._world.apps[name], raise_app_exceptions=False)
            return await inside.handle_async_request(request)
        if name not in self._world.ports:
            raise httpx.ConnectError(f"{name} is not running")
        request.url = request.url.copy_with(host="127.0.0.1", port=self._world.ports[name])
        return await self._outside.handle_async_request(request)

    async def aclose(self) -> None:
        await self._outside.aclose()


class World:
    def __init__(
        self,
        kafka: Any,
        postgres: Any,
        services: Sequence[str | Service] = SERVICES,
        *,
        as_processes: bool = False,
        **settings: Any,
    ) -> None:
        """`as_processes` leaves it to the test to start the services (see ServiceProcess)."""
        self.kafka = kafka
        self.postgres = postgres
        self._services = {s.name: s for s in map(_service, services)}
        self.names = tuple(self._services)
        self.prefix = f"t{uuid.uuid4().hex[:10]}."
        self.databases: dict[str, str] = {}
        self.running: dict[str, ServiceRuntime] = {}
        self._as_processes = as_processes
        self._overrides = settings
        self._stack = contextlib.AsyncExitStack()
        self._published: dict[str, list[Event]] = {}
        self.apps: dict[str, FastAPI] = {}
        self.ports: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        try:
            await self._open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _open(self) -> None:
        topics = sorted(self.prefix + topic for topic in self._topics())
        self._stack.push_async_callback(self._delete_topics)
        await create_topics(self.kafka.bootstrap_servers, topics, partitions=PARTITIONS)
        self._places = [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka.bootstrap_servers,
            acks="all",
            enable_idempotence=self.kafka.idempotent,
            linger_ms=1,
        )
        await self._producer.start()
        self._stack.push_async_callback(self._producer.stop)
        # Two consumers: a question about end offsets would wait behind the long poll of the one that listens.
        self._reader, self._offsets = await self._consumer(), await self._consumer()
        self._reader.assign(self._places)
        # Assigned, it learns all leaders at once instead of topic by topic; paused, it fetches nothing.
        self._offsets.assign(self._places)
        self._offsets.pause(*self._places)
        self.at_rest = await self._stack.enter_async_context(
            IdleMonitor(
                self.kafka.bootstrap_servers,
                {name: f"http://{name}" for name in self.names},
                topic_prefix=self.prefix,
                handlers={name: service.handlers for name, service in self._services.items()},
                http=httpx.AsyncClient(transport=Doors(self), timeout=10.0),
            )
        )
        for name in self.names:
            database = f"{name}_{uuid.uuid4().hex[:10]}"
            self.databases[name] = self.postgres.create_database(database)
            self._stack.callback(self.postgres.drop, database)
            await migrate(self.service(name), self.databases[name])
        self.directory = self._stack.enter_context(tempfile.TemporaryDirectory())
        if not self._as_processes:
            self._stack.push_async_callback(self.stop_all)
            await asyncio.gather(*(self.start(name) for name in self.names))

    async def _delete_topics(self) -> None:
        """A broker with the topics of hundreds of worlds runs out of memory maps."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.bootstrap_servers, request_timeout_ms=30_000)
        await admin.start()
        try:
            await admin.delete_topics([t for t in await admin.list_topics() if t.startswith(self.prefix)], 30_000)
        finally:
            await admin.close()

    async def _consumer(self) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap_servers,
            group_id=None,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=20,
        )
        await consumer.start()
        self._stack.push_async_callback(consumer.stop)
        return consumer

    def _topics(self) -> set[str]:
        """What the services of this world consume and publish; there are no other topics in it."""
        consumed = {event.topic for service in self._services.values() for event in service.handlers.subscriptions}
        return consumed | {event.topic for event in EVENTS.values() if {*event.published_by} & {*self.names}}

    def service(self, name: str) -> Service:
        return self._services[name]

    def settings(self, name: str) -> Any:
        kind = self.service(name).settings
        return kind(
            database_url=self.databases[name],
            kafka_bootstrap_servers=self.kafka.bootstrap_servers,
            kafka_idempotent_producer=self.kafka.idempotent,
            kafka_partitions=PARTITIONS,
            topic_prefix=self.prefix,
            token_secret=SecretStr(SECRET),
            **self._overrides,
        )

    async def start(self, name: str) -> ServiceRuntime:
        running = ServiceRuntime(self.service(name), self.settings(name))
        await running.start()
        self.running[name] = running
        self.apps[name] = running.app()
        return running

    async def stop(self, name: str) -> None:
        self.apps.pop(name)
        await self.running.pop(name).stop()

    async def stop_all(self) -> None:
        await asyncio.gather(*(self.stop(name) for name in list(self.running)))

    # Publishing and reading what was published

    def context(self, event: Event, identity: uuid.UUID | None = None) -> EventContext:
        identity = identity or uuid.uuid4()
        return EventContext(id=identity, source=event.published_by[0], time=datetime.now(UTC), correlation_id=identity)

    async def publish(self, *events: Event, identity: uuid.UUID | None = None) -> list[EventContext]:
        """Publishes events as their first producer would, each with an id of its own unless one is given."""
        contexts = [self.context(event, identity) for event in events]
        await self.publish_encoded(*(encode(event, context) for event, context in zip(events, contexts, strict=True)))
        return contexts

    async def publish_encoded(self, *records: Encoded) -> None:
        acknowledged = [
            await self._producer.send(self.prefix + r.topic, value=r.value, key=r.key, headers=r.headers)
            for r in records
        ]
        await asyncio.gather(*acknowledged)

    async def publish_raw(
        self,
        topic: str,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        key: bytes = b"raw",
        partition: int | None = None,
    ) -> None:
        """Publishes bytes that may be anything but an event."""
        await self._producer.send_and_wait(
            self.prefix + topic, value=value, key=key, headers=headers, partition=partition
        )

    def published(self, event: type[E]) -> list[E]:
        """Events of this type published up to the last settle(), sorted by their business order."""
        published = cast("list[E]", self._published.get(event.topic, []))
        return sorted(published, key=lambda e: e.business_order)

    def anything_published(self, topic: str) -> bool:
        """Whether a topic had any event up to the last settle()."""
        return bool(self._published.get(topic))

    def forget(self) -> None:
        """Forgets what was published so far: it is no longer returned."""
        self._published.clear()

    # Coming to rest

    async def settle(self, stall_seconds: float = STALL_SECONDS) -> None:
        """Waits until nothing is in flight: no lag, empty outboxes, no daily run waiting; then reads up to there.

        Raises NotIdle when nothing has progressed for `stall_seconds`.
        """
        await self.at_rest.wait(stall_seconds)
        await self._listen_up_to(await self._offsets.end_offsets(self._places))

    async def _listen_up_to(self, ends: dict[TopicPartition, int]) -> None:
        behind = {place for place, end in ends.items() if await self._reader.position(place) < end}
        while behind:
            for records in (await self._reader.getmany(timeout_ms=200)).values():
                for record in records:
                    event = _understood(record)
                    if event is not None:
                        self._published.setdefault(event.topic, []).append(event)
            behind = {place for place in behind if await self._reader.position(place) < ends[place]}

    # Looking inside and asking over HTTP

    async def rows(self, name: str, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Rows of a service's database."""
        connection = await asyncpg.connect(self.databases[name])
        try:
            return [tuple(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def http(self, name: str, *roles: str, person: str = "Pat") -> AsyncIterator[httpx.AsyncClient]:
        """A client of a service's HTTP side, as a person with these roles; without roles, without a token."""
        headers = {"Authorization": f"Bearer {issue_token(SECRET, person, list(roles), 1)}"} if roles else {}
        async with httpx.AsyncClient(transport=Doors(self), base_url=f"http://{name}", headers=headers) as client:
            yield client

    async def command(
        self,
        name: str,
        role: str,
        path: str,
        body: dict[str, Any],
        *,
        person: str = "Pat",
        method: str = "POST",
        key: str | None = None,
    ) -> httpx.Response:
        """One command of a person, with an Idempotency-Key of its own unless one is given."""
        async with self.http(name, role, person=person) as client:
            return await client.request(method, path, json=body, headers={"Idempotency-Key": key or uuid.uuid4().hex})


def _service(named: str | Service) -> Service:
    return named if isinstance(named, Service) else importlib.import_module(f"services.{named}.app").service


def _understood(record: Any) -> Event | None:
    try:
        return decode(record.value, read_headers(record.headers), 10_000_000)
    except Exception:  # a test's own bad input: it is looked for among the dead letters
        return None
