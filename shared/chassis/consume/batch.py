"""A batch of records becomes one transaction: decode, claim, handle by type, flush, commit.

What cannot be decoded goes to the dead letters. A transient fault repeats the batch with backoff.
A poison event is found by halving the batch until it is alone; the others are applied.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import stamina
import structlog

from shared.chassis.declare.handlers import business_days
from shared.chassis.envelope import decode, event_id, position_id, read_headers
from shared.chassis.errors import DecodeError
from shared.chassis.observe.gc_tuning import gc_paused
from shared.chassis.publish.topics import dead_letter_topic
from shared.chassis.transaction.transient_errors import is_transient
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import Event

if TYPE_CHECKING:
    from shared.chassis.runtime.service_runtime import ServiceRuntime

log = structlog.get_logger(__name__)

_BACKOFF_SECONDS_FIRST = 0.05
_BACKOFF_SECONDS_MAX = 4.0
_REASON_CHARACTERS_MAX = 2_000
_FLOOD_EVENTS = 400
_DECODED_AT_ONCE = 100
_ATTEMPTS_UNNOTICED = 4
"""From this attempt on a batch that cannot be applied makes the service unready."""


class TooManyDeadLetters(Exception):
    """More dead letters in a row than the limit: stopping is better than draining a topic into the bin."""


@dataclass(slots=True)
class Received:
    """A record as it came, with the id it is known by and, if it could be decoded, its event."""

    id: UUID
    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: dict[str, str]
    body: bytes
    event: Event | None
    fault: str = ""


def receive(record: Any, bytes_max: int, prefix: str = "") -> Received:
    """Reads one Kafka record; a fault is kept beside it instead of being raised."""
    headers = read_headers(record.headers)
    topic = record.topic.removeprefix(prefix)
    event: Event | None = None
    fault = ""
    try:
        event = decode(record.value, headers, bytes_max)
        if event.topic != topic:
            fault = f"{event.topic} does not belong on the topic {topic}"
            event = None
    except DecodeError as error:
        fault = str(error)
    identity = event.context.id if event is not None else _identity(record, topic, headers)
    return Received(
        identity, topic, record.partition, record.offset, record.key, headers, record.value or b"", event, fault
    )


def _identity(record: Any, topic: str, headers: dict[str, str]) -> UUID:
    """What a record is known by that is no event."""
    ce_id = headers.get("ce_id")
    return (
        event_id(headers.get("ce_source", ""), ce_id) if ce_id else position_id(topic, record.partition, record.offset)
    )


def lanes(records: Sequence[Any]) -> list[Sequence[Any]]:
    """The records as they are, or those of a flood in two halves that have no partition number in common.

    What has the same key has the same partition number on every topic, so nobody's events are torn apart.
    """
    counts = Counter(record.partition for record in records)
    if len(records) < _FLOOD_EVENTS or len(counts) < 2:
        return [records]
    first: set[int] = set()
    taken = 0
    for partition, count in counts.most_common():
        if 2 * taken + count <= len(records):
            first.add(partition)
            taken += count
    halves = [[r for r in records if r.partition in first], [r for r in records if r.partition not in first]]
    return [half for half in halves if half]


class BatchProcessor:
    """Applies batches of one service. Used by the consumer and by the replay of dead letters."""

    def __init__(self, running: ServiceRuntime) -> None:
        self._running = running
        self._handlers = running.service.handlers
        self._in_a_row = 0
        self._stuck: dict[object, str] = {}
        """By what is being tried: each lane is stuck, or gets on, by itself."""

    @property
    def retry_reason(self) -> str | None:
        """Why something of the batch in hand is tried again and again; None where nothing is."""
        return next(iter(self._stuck.values()), None)

    async def process(self, records: Sequence[Any]) -> None:
        """Handles every record or dead-letters it. Raises what is transient beyond the retry limit.

        A flood goes through in lanes side by side, each a transaction of its own over partitions of its own: while
        PostgreSQL works for one, Python works for another. It is as if two replicas had shared the partitions.
        """
        metrics = self._running.metrics
        started = time.perf_counter()
        with gc_paused():
            outcomes = await asyncio.gather(*map(self._lane, lanes(records)), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        metrics.batch_events.observe(len(records))
        metrics.batch_seconds.observe(time.perf_counter() - started)

    async def _lane(self, records: Sequence[Any]) -> None:
        received = await self._received(records)
        good = [r for r in received if r.event is not None]
        with self._running.traces.batch(good):
            for bad in (r for r in received if r.event is None):
                await self._with_retries(self._dead_letter, bad, "DecodeError", bad.fault)
            if good:
                await self._apply(good)

    async def _received(self, records: Sequence[Any]) -> list[Received]:
        """Decodes in portions, so that the other lane is served as soon as PostgreSQL has answered it."""
        settings = self._running.settings
        received = []
        for start in range(0, len(records), _DECODED_AT_ONCE):
            portion = records[start : start + _DECODED_AT_ONCE]
            received += [receive(record, settings.message_bytes_max, settings.topic_prefix) for record in portion]
            if len(records) > _DECODED_AT_ONCE:
                await asyncio.sleep(0)
        return received

    async def _apply(self, received: list[Received]) -> None:
        try:
            await self._with_retries(self.transact, received)
            self._in_a_row = 0
        except TooManyDeadLetters:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            if len(received) == 1:
                await self._with_retries(self._dead_letter, received[0], type(error).__name__, str(error))
                return
            self._running.metrics.bisections.inc()
            middle = len(received) // 2
            await self._apply(received[:middle])
            await self._apply(received[middle:])

    async def transact(self, received: list[Received]) -> None:
        """One transaction over these events, and the measures of it."""
        running, metrics = self._running, self._running.metrics
        topics = {r.topic for r in received}
        async with running.unit_of_work(topics) as uow:
            new = await self.apply_in(uow, received)
        for topic, count in Counter(r.topic for r in new).items():
            metrics.events_in.labels(topic).inc(count)
        metrics.events_duplicate.inc(len(received) - len(new))
        if any(isinstance(r.event, BusinessDayStarted) for r in new):
            running.daily.wake()

    async def apply_in(self, uow: Any, received: list[Received]) -> list[Received]:
        """Claims and handles these events within a unit of work; those that were new."""
        unique = {r.id: r for r in received}
        claimed = await uow.fetch("claim_events", list(unique), [r.topic for r in unique.values()])
        ids = {row["event_id"] for row in claimed}
        self._running.crash_points.reach("after_claim", {r.topic for r in received})
        new = [r for r in unique.values() if r.id in ids]
        await self._handle([r.event for r in new if r.event is not None], uow)
        return new

    async def _handle(self, events: list[Event], uow: Any) -> None:
        groups: dict[type[Event], list[Any]] = {}
        for event in events:
            groups.setdefault(type(event), []).append(event)
        for group in groups.values():
            group.sort(key=lambda event: event.business_order)
        if BusinessDayStarted in groups:
            await self._start_days(groups[BusinessDayStarted], uow)
        for event_type, handlers in self._handlers.by_event.items():
            if event_type in groups:
                for handler in handlers:
                    await handler(groups[event_type], uow)

    async def _start_days(self, events: list[BusinessDayStarted], uow: Any) -> None:
        days = business_days(events)
        companies, dates = [company for company, _ in days], [day for _, day in days]
        await uow.execute("insert_business_days", companies, dates, list(self._handlers.daily_work))
        uow.today = max([*dates, *([uow.today] if uow.today else [])])

    async def _dead_letter(self, received: Received, error: str, reason: str) -> None:
        running = self._running
        reason = reason[:_REASON_CHARACTERS_MAX]
        if self._in_a_row >= running.settings.dead_letters_in_a_row_max:
            raise TooManyDeadLetters(
                f"{self._in_a_row} dead letters in a row, the last of {received.topic}: {reason} "
                "Find the cause, then restart the service."
            )
        async with running.unit_of_work() as uow:
            await uow.write("insert_dead_letters", [_dead_letter_row(received, error, reason)])
            await uow.write("insert_outbox", [_dead_letter_event(running.service.name, received, error, reason)])
        self._in_a_row += 1
        running.metrics.dead_letters.labels(received.topic).inc()
        log.warning(
            "dead letter", topic=received.topic, partition=received.partition, offset=received.offset,
            event_id=str(received.id), error=error, reason=reason,
        )  # fmt: skip

    async def _with_retries(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Repeats what fails for a passing reason, with backoff and jitter, up to the retry limit."""
        trying = object()
        try:
            async for attempt in stamina.retry_context(
                on=is_transient,
                attempts=None,
                timeout=self._running.settings.retry_seconds_max,
                wait_initial=_BACKOFF_SECONDS_FIRST,
                wait_max=_BACKOFF_SECONDS_MAX,
                wait_jitter=_BACKOFF_SECONDS_FIRST,
            ):
                with attempt:
                    if attempt.num > 1:
                        self._running.metrics.retries.inc()
                    await self._attempt(trying, attempt.num, work, *arguments)
        finally:
            self._stuck.pop(trying, None)

    async def _attempt(
        self, trying: object, number: int, work: Callable[..., Awaitable[None]], *arguments: Any
    ) -> None:
        try:
            await work(*arguments)
        except Exception as error:
            if number >= _ATTEMPTS_UNNOTICED and is_transient(error):
                self._stuck[trying] = f"tried {number} times: {type(error).__name__}: {error}"
            raise


def _dead_letter_row(received: Received, error: str, reason: str) -> tuple[Any, ...]:
    return (
        received.id, received.topic, received.partition, received.offset, received.key,
        json.dumps(received.headers), received.body, error, reason, 1,
    )  # fmt: skip


def _dead_letter_event(service: str, received: Received, error: str, reason: str) -> tuple[Any, ...]:
    extra = {
        "dl_error": error,
        "dl_reason": reason,
        "dl_topic": received.topic,
        "dl_partition": str(received.partition),
        "dl_offset": str(received.offset),
    }
    key = (received.key or b"-").decode("utf-8", "backslashreplace")
    event = received.event
    context = event.context if event is not None else None
    return (
        received.id, dead_letter_topic(service), key, received.headers.get("ce_type", "unknown"),
        received.headers.get("ce_subject", "-"), datetime.now(UTC), context.correlation_id if context else received.id,
        received.id, received.headers.get("traceparent"), received.body, json.dumps(extra),
    )  # fmt: skip
