"""A service while it runs: its pool, consumer, relay, daily runner and what they share."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import asyncpg
import structlog

from shared.chassis.consume.batch import BatchProcessor, receive
from shared.chassis.consume.consumer import Consumer
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.errors import NotFound
from shared.chassis.observe.health import HealthReport, examine
from shared.chassis.observe.metrics import Metrics
from shared.chassis.observe.tracing import open_traces
from shared.chassis.publish.relay import OutboxRelay
from shared.chassis.publish.topics import create_topics, dead_letter_topic
from shared.chassis.schedule.background import BackgroundRunner
from shared.chassis.schedule.daily_runner import DailyRunner
from shared.chassis.transaction.crash_points import CrashPoints
from shared.chassis.transaction.database import open_pool
from shared.chassis.transaction.queries import Queries, load_queries
from shared.chassis.transaction.transient_errors import is_transient
from shared.contracts import EVENTS

if TYPE_CHECKING:
    from shared.chassis.declare.service import Service
    from shared.chassis.transaction.unit_of_work import UnitOfWork

log = structlog.get_logger(__name__)

_OBSERVE_SECONDS = 1.0
_PRUNE_EVERY = 3600


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What became of a replayed dead letter."""

    status: Literal["applied", "already_applied", "failed"]
    error: str = ""


@dataclass(frozen=True, slots=True)
class _StoredRecord:
    """A dead letter in the shape of the Kafka record it came as."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


class ServiceRuntime:
    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self.service = service
        self.settings = settings
        self.metrics = Metrics()
        self.queries: Queries = load_queries(*service.sql_directories)
        self.crash_points = CrashPoints(settings.crash_point)
        self.traces = open_traces(service.name, settings.traces)
        self.processor = BatchProcessor(self)
        self.relay = OutboxRelay(self)
        self.daily = DailyRunner(self)
        self.background = [BackgroundRunner(self, work) for work in service.handlers.background_work.values()]
        self.consumer = Consumer(self)
        self._pool: asyncpg.Pool | None = None
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def pool(self) -> asyncpg.Pool:
        assert self._pool is not None, "the service has not been started"
        return self._pool

    async def start(self) -> None:
        self._pool = await open_pool(self.service.name, self.settings)
        prefix = self.settings.topic_prefix
        await create_topics(
            self.settings.kafka_bootstrap_servers,
            [prefix + topic for topic in self.topics],
            partitions=self.settings.kafka_partitions,
            replication_factor=self.settings.kafka_replication_factor,
        )
        await self.consumer.start()
        watching = (self.consumer.watch_lag(), self._observe())
        for work in (self.relay.run(), self.daily.run(), *(b.run() for b in self.background), *watching):
            self._tasks.append(asyncio.create_task(work))
        log.info("started", hears=[event.topic for event in self.service.handlers.subscriptions])

    async def stop(self) -> None:
        """Drains the batch in hand, gives the relay a last turn, then closes everything."""
        try:
            await self.consumer.stop()
        except TimeoutError:
            log.warning("the batch in hand did not end in time; it will be repeated elsewhere")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await asyncio.to_thread(self.traces.close)
        if self._pool is not None:
            await self._pool.close()
            self._pool = None
        log.info("stopped")

    @property
    def topics(self) -> set[str]:
        """Every topic this service hears or says."""
        said = {event.topic for event in EVENTS.values() if self.service.name in event.published_by}
        return (
            said
            | {event.topic for event in self.service.handlers.subscriptions}
            | {dead_letter_topic(self.service.name)}
        )

    @asynccontextmanager
    async def unit_of_work(self, topics: Collection[str] = ()) -> AsyncIterator[Any]:
        """One transaction: on a clean exit everything is written and committed, else nothing is."""
        async with self.pool.acquire() as connection, connection.transaction(isolation="read_committed"):
            today: date | None = await connection.fetchval(self.queries["last_business_day"])
            uow: UnitOfWork = self.service.work(
                connection, self.queries, self.service.name, today, self.service.policies
            )
            yield uow
            said = len(uow.pending_events)
            await uow.flush()
            self.crash_points.reach("before_commit", topics)
        self.crash_points.reach("after_commit", topics)
        if said:
            self.relay.wake(said)

    async def replay_dead_letter(self, event_id: UUID, by: str) -> ReplayOutcome:
        """Handles a dead letter again. However often it is asked for, the event is applied once."""
        async with self.pool.acquire() as connection:
            row = await connection.fetchrow(self.queries["view_dead_letter"], event_id)
        if row is None:
            raise NotFound(f"there is no dead letter {event_id}: see GET /dead-letters")
        headers = [(name, value.encode()) for name, value in json.loads(row["headers"]).items()]
        record = _StoredRecord(row["topic"], row["partition"], row["offset"], row["key"], row["body"], headers)
        received = receive(record, self.settings.message_bytes_max)
        if received.event is None:
            return ReplayOutcome("failed", received.fault)
        try:
            async with self.unit_of_work() as uow:
                taken = await uow.fetchrow("take_dead_letter", event_id)
                if taken is None or taken["replayed_at"] is not None:
                    return ReplayOutcome("already_applied")
                await uow.execute("mark_replayed", event_id, by)
                new = await self.processor.apply_in(uow, [received])
            return ReplayOutcome("applied" if new else "already_applied")
        except Exception as error:
            if is_transient(error):
                raise
            return ReplayOutcome("failed", f"{type(error).__name__}: {error}")

    async def health(self) -> HealthReport:
        return await examine(self)

    async def is_idle(self) -> dict[str, bool]:
        """Whether the outbox is empty and neither a daily run nor background work waits. Lag is seen from Kafka."""
        async with self.pool.acquire() as connection:
            # Background work first: what it has just said is then found in the outbox.
            done = {
                f"{work.name}_done": not await connection.fetchval(self.queries[work.waiting])
                for work in self.service.handlers.background_work.values()
            }
            looked = {**done, **dict(await connection.fetchrow(self.queries["idle"]))}
        return {"idle": all(looked.values()), **looked}

    async def _observe(self) -> None:
        """Keeps the gauges fresh, and now and then forgets old event ids and idempotency keys."""
        rounds = 0
        while True:
            try:
                await self._measure()
                if rounds % _PRUNE_EVERY == 0:
                    await self._forget()
            except Exception as error:
                log.warning("cannot measure", error=f"{type(error).__name__}: {error}")
            rounds += 1
            await asyncio.sleep(_OBSERVE_SECONDS)

    async def _forget(self) -> None:
        async with self.pool.acquire() as connection:
            await connection.execute(self.queries["prune_inbox"], self.settings.inbox_keep_days)
            await connection.execute(self.queries["prune_idempotency_keys"], self.settings.idempotency_keep_days)

    async def _measure(self) -> None:
        self.metrics.ready.set((await self.health()).ready)
        async with self.pool.acquire() as connection:
            row = await connection.fetchrow(self.queries["outbox_depth"])
            self.metrics.outbox_depth.set(row["depth"])
            self.metrics.outbox_age_seconds.set(row["age_seconds"])
            self.metrics.dead_letters_waiting.set(await connection.fetchval(self.queries["count_dead_letters"]))
