"""Draining a backlog: it lies in Kafka, then the service is started as a process of its own and watched."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from bench.processor_time import SERVICE, cpu_seconds, processes, resident_megabytes
from bench.results import BenchFailed, Drained, Pace
from bench.servers import PARTITIONS, Servers
from o2c.stack.children import Child
from o2c.stack.description import ServiceAddress, StackDescription
from o2c.stack.idle import STALL_SECONDS
from o2c.stack.local import service_environment
from o2c.stack.ports import HOST
from shared.chassis.observe.stall_watch import StallWatch

_FIRST_COMMIT_POLL_SECONDS: Final = 0.01
_POLL_SECONDS: Final = 0.05
_POLL_SHARE: Final = 20
"""A pause lasts at least so many times as long as the query before it: polling costs 5 % of a core at most."""

_HANDLED: Final = "SELECT (SELECT count(*) FROM inbox) AS handled, (SELECT count(*) FROM dead_letter) AS dead"
_OUTBOX_EMPTY: Final = "SELECT NOT EXISTS (SELECT 1 FROM outbox)"
_BATCHES: Final = "SELECT count(DISTINCT handled_at) FROM inbox"
_REASON: Final = "SELECT topic || ': ' || reason FROM dead_letter LIMIT 1"

Progressed = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Seen:
    at: float
    handled: int
    cpu: dict[str, float]
    megabytes: float
    """The most memory that the service held until then."""


@dataclass(eq=False)
class Drain:
    """One service with its database and topics; drains what was published to them."""

    servers: Servers
    service: str
    database_url: str
    topic_prefix: str
    batch_events_max: int

    async def wave(self, events: int, progressed: Progressed) -> Drained:
        """Runs the service until it has handled so many further events and published its events.

        Raises BenchFailed where it dead-letters one, ends, or stands still.
        """
        connection = await asyncpg.connect(self.database_url)
        try:
            before, batches = await connection.fetchval("SELECT count(*) FROM inbox"), await self._batches(connection)
            async with self._running() as child:
                first, last = await self._watch(connection, child, before, events, progressed)
            batches = await self._batches(connection) - batches
        finally:
            await connection.close()
        if first.handled >= events:
            raise BenchFailed(f"{self.service}: {events:,} events came in one batch; drain more with --events")
        pace = Pace(last.handled - first.handled, last.at - first.at)
        return Drained(pace, batches, {who: last.cpu[who] - first.cpu[who] for who in first.cpu}, last.megabytes)

    async def _batches(self, connection: Any) -> int:
        return int(await connection.fetchval(_BATCHES))

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[Child]:
        children = self.servers.children
        child = children.start(
            self.service, [sys.executable, "-m", f"services.{self.service}"], environment=self._environment()
        )
        try:
            yield child
        finally:
            await children.stop(child)

    def _environment(self) -> dict[str, str]:
        kafka = self.servers.kafka
        address = ServiceAddress(
            http_url=f"http://{HOST}:{self.servers.ports.take(self.service)}", database_url=self.database_url
        )
        description = StackDescription(
            kafka_bootstrap_servers=kafka.bootstrap_servers,
            idempotent_producer=kafka.idempotent,
            broker=kafka.kind,
            services={self.service: address},
            token_secret=secrets.token_hex(32),
            state_dir=self.servers.directory,
        )
        return {
            **service_environment(description, self.service),
            "O2C_TOPIC_PREFIX": self.topic_prefix,
            "O2C_KAFKA_PARTITIONS": str(PARTITIONS),
            "O2C_BATCH_EVENTS_MAX": str(self.batch_events_max),
            "O2C_LOG_LEVEL": "WARNING",
        }

    async def _watch(
        self, connection: Any, child: Child, before: int, events: int, progressed: Progressed
    ) -> tuple[_Seen, _Seen]:
        """What was seen at the first commit, and when everything was handled and published."""
        pids = processes(self.servers.children, self.service)
        first: _Seen | None = None
        handled, megabytes, watch = 0, 0.0, StallWatch(STALL_SECONDS)
        while True:
            megabytes = max(megabytes, resident_megabytes(pids[SERVICE]))
            started = time.perf_counter()
            row = await connection.fetchrow(_HANDLED)
            now = time.perf_counter()
            if row["dead"]:
                raise BenchFailed(f"{self.service} dead-lettered: {await connection.fetchval(_REASON)}")
            if row["handled"] - before > handled:
                handled = row["handled"] - before
                first = first or _Seen(now, handled, cpu_seconds(pids), megabytes)
                progressed(handled)
            if first and handled >= events and await connection.fetchval(_OUTBOX_EMPTY):
                return first, _Seen(time.perf_counter(), handled, cpu_seconds(pids), megabytes)
            if child.exit_code is not None:
                raise BenchFailed(child.describe_end())
            watch.observe({"events handled": handled})
            if watch.stalled:
                raise BenchFailed(
                    f"{self.service} has handled {handled:,} of {events:,} events and then none for "
                    f"{STALL_SECONDS:.0f} s; the end of {child.log}:\n{child.tail()}"
                )
            pause = max(_POLL_SECONDS, _POLL_SHARE * (now - started)) if first else _FIRST_COMMIT_POLL_SECONDS
            await asyncio.sleep(pause)
