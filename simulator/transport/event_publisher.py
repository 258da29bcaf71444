"""Publishing events to Kafka, with ids that the same seed and start repeat."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from types import TracebackType
from typing import Self
from uuid import uuid5

from aiokafka import AIOKafkaProducer

from shared.chassis.envelope import O2C_NAMESPACE, encode
from shared.contracts.event import Event, EventContext
from simulator.systems.outgoing_event import OutgoingEvent


class Identities:
    """CloudEvents attributes: an id follows from the run, and the event's type, subject and count."""

    def __init__(self, run: str) -> None:
        self._run = run
        self._counts: Counter[str] = Counter()

    def identify(self, outgoing: OutgoingEvent, at: datetime) -> Event:
        """The event with its attributes; one that was published before keeps those it has."""
        event, cause = outgoing
        if self._has_attributes(event):
            return event
        subject = f"{event.type_name()}/{event.subject}"
        self._counts[subject] += 1
        identity = uuid5(O2C_NAMESPACE, f"{self._run}/{subject}/{self._counts[subject]}")
        return event.with_context(
            EventContext(
                id=identity,
                source=event.published_by[0],
                time=at,
                correlation_id=cause.context.correlation_id if cause else identity,
                causation_id=cause.context.id if cause else None,
            )
        )

    @staticmethod
    def _has_attributes(event: Event) -> bool:
        try:
            return event.context is not None
        except LookupError:
            return False


class EventPublisher:
    """Publishes in order per key. Use as an async context manager."""

    def __init__(
        self, bootstrap_servers: str, identities: Identities, *, idempotent: bool, topic_prefix: str = ""
    ) -> None:
        self._prefix = topic_prefix
        self._identities = identities
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers,
            client_id="o2c-simulator",
            enable_idempotence=idempotent,
            acks="all",
            linger_ms=5,
            max_batch_size=256 * 1024,
            request_timeout_ms=120_000,  # a broker that restarts is back by then
        )

    async def __aenter__(self) -> Self:
        await self._producer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._producer.stop()

    async def publish(self, outgoing: Iterable[OutgoingEvent], day: date) -> None:
        """Returns when the broker has acknowledged all of them."""
        at = datetime.combine(day, time(hour=12), UTC)
        acknowledgements = []
        for one in outgoing:
            event = self._identities.identify(one, at)
            record = encode(event, event.context)
            acknowledgements.append(
                await self._producer.send(
                    self._prefix + record.topic, record.value, key=record.key, headers=record.headers
                )
            )
        await asyncio.gather(*acknowledgements)
