"""A service while it runs: its parts, wired together, started and stopped in order."""

from __future__ import annotations

import asyncio
from typing import Any, Final
from uuid import uuid4

import asyncpg
import structlog
from fastapi import FastAPI

from shared.chassis.consume.batch import BatchProcessor
from shared.chassis.consume.consumer import Consumer
from shared.chassis.consume.dead_letter_replay import DeadLetterReplay
from shared.chassis.consume.dispatch import Dispatcher
from shared.chassis.declare.service import Service
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.http import Backend, create_app
from shared.chassis.observe.health import OK, HealthReport, Probe, examine, probe
from shared.chassis.observe.idle import IdleCheck
from shared.chassis.observe.metrics import Metrics
from shared.chassis.observe.tracing import open_traces
from shared.chassis.publish.relay import OutboxRelay
from shared.chassis.publish.topics import create_topics, dead_letter_topic
from shared.chassis.runtime.gauges import Gauges
from shared.chassis.schedule.background import BackgroundRunner
from shared.chassis.schedule.daily_runner import DailyRunner
from shared.chassis.schedule.housekeeping import prune_hourly
from shared.chassis.transaction.crash_points import CrashPoints
from shared.chassis.transaction.database import open_pool
from shared.chassis.transaction.queries import Queries, load_queries
from shared.chassis.transaction.transactions import Transactions
from shared.contracts import EVENTS

log = structlog.get_logger(__name__)

_DATABASE_SECONDS: Final = 3.0


class ServiceRuntime:
    """The only place that knows all parts of the chassis; each part gets what it uses."""

    def __init__(self, service: Service, settings: ServiceSettings) -> None:
        self.service = service
        self.settings = settings
        self.metrics = Metrics()
        self.queries: Queries = load_queries(*service.sql_directories)
        self.traces = open_traces(service.name, settings.traces)
        handlers, crash_points = service.handlers, CrashPoints(settings.crash_point)
        self.transactions = Transactions(service, self.queries, crash_points)
        self.relay = OutboxRelay(service.name, settings, self.queries, metrics=self.metrics, crash_points=crash_points)
        self.daily = DailyRunner(self.transactions, handlers.daily_work, settings.daily_run_poll_seconds)
        self.background = [
            BackgroundRunner(self.transactions, work, settings.daily_run_poll_seconds)
            for work in handlers.background_work.values()
        ]
        for wake in (self.relay.wake, *(background.wake for background in self.background)):
            self.transactions.after_commit(wake)
        self.transactions.after_counting(lambda outcome, times: self.metrics.outcomes.labels(outcome).inc(times))
        self.dispatcher = Dispatcher(handlers, crash_points)
        self.processor = BatchProcessor(
            self.transactions,
            self.dispatcher,
            settings,
            metrics=self.metrics,
            traces=self.traces,
            day_started=self.daily.wake,
        )
        self.replay = DeadLetterReplay(self.transactions, self.dispatcher, settings.message_bytes_max)
        self.consumer = Consumer(service, settings, self.processor, metrics=self.metrics, crash_points=crash_points)
        self._gauges = Gauges(self.metrics, self.transactions, self.consumer.lag, self.health)
        self._probes = [
            Probe("database", self._database_answers),
            *self.consumer.probes(),
            *self.daily.probes(),
            probe("background", lambda: next((b.failure for b in self.background if b.failure), None)),
        ]
        self.replica = uuid4().hex[:8]
        """Names this process among the replicas of the service."""
        self._pool: asyncpg.Pool | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._pool = await open_pool(self.service.name, self.settings)
        self.transactions.use(self._pool)
        prefix = self.settings.topic_prefix
        await create_topics(
            self.settings.kafka_bootstrap_servers,
            [prefix + topic for topic in self.topics],
            partitions=self.settings.kafka_partitions,
            replication_factor=self.settings.kafka_replication_factor,
        )
        await self.consumer.start()
        work: list[Any] = [
            self.relay.run(),
            self.daily.run(),
            *(background.run() for background in self.background),
            self.consumer.lag.watch(),
            prune_hourly(self.transactions, self.settings),
        ]
        self._tasks += [asyncio.create_task(each) for each in work]
        log.info("started", consumes=[event.topic for event in self.service.handlers.subscriptions])

    async def stop(self) -> None:
        """Finishes the current batch, then closes everything."""
        try:
            await self.consumer.stop()
        except TimeoutError:
            log.warning("the current batch did not end in time; another replica will repeat it")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await asyncio.to_thread(self.traces.close)
        if self._pool is not None:
            self.transactions.use(None)
            await self._pool.close()
            self._pool = None
        log.info("stopped")

    def app(self) -> FastAPI:
        """The HTTP application. Raises ConfigurationError where tokens could not be checked."""
        return create_app(
            Backend(
                self.service,
                self.settings,
                self.transactions,
                self.replay,
                self.metrics,
                measure=self._gauges.measure,
                health=self.health,
                idle=self.is_idle,
            )
        )

    @property
    def topics(self) -> set[str]:
        """Every topic that this service consumes or publishes on."""
        published = {event.topic for event in EVENTS.values() if self.service.name in event.published_by}
        consumed = {event.topic for event in self.service.handlers.subscriptions}
        return published | consumed | {dead_letter_topic(self.service.name)}

    async def health(self) -> HealthReport:
        return await examine(self._probes)

    async def is_idle(self) -> dict[str, Any]:
        """Whether the outbox is empty and neither a daily run nor background work waits. Lag is seen from Kafka.

        `progress` and `chunks_done` move as long as the service works: a wait for idle gives up when they stand still.
        """
        waiting = {work.name: self.queries[work.waiting] for work in self.service.handlers.background_work.values()}
        check = IdleCheck(
            self.transactions.connection, waiting, self.queries["idle"], replica=self.replica, progress=self._progress
        )
        return await check.look()

    def _progress(self) -> int:
        return self.consumer.events_handled + self.daily.chunks_done + sum(b.steps_done for b in self.background)

    async def _database_answers(self) -> str:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS), self.transactions.connection() as connection:
                await connection.fetchval("SELECT 1")
        except Exception as error:
            return f"cannot be reached: {type(error).__name__}: {error}"
        return OK
