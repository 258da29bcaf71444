"""The consumer: one FastStream batch subscriber over all topics of a service.

Offsets are committed only after the batch's database transaction; a crash in between repeats
the batch, and the inbox drops it. A rebalance waits for the current batch.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from shared.chassis.consume.batch import BatchProcessor
from shared.chassis.consume.dead_letters import TooManyDeadLetters
from shared.chassis.consume.lag import Lag
from shared.chassis.consume.offsets import HandledOffsets
from shared.chassis.consume.patient_consumer import FETCH_WAIT_MS, PatientConsumer
from shared.chassis.declare.service import Service
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.observe.health import Probe, probe
from shared.chassis.observe.metrics import Metrics
from shared.chassis.publish.topics import group_id
from shared.chassis.transaction.crash_points import CrashPoints

log = structlog.get_logger(__name__)

_POLL_MS: Final = 10
_FETCHER_TIMEOUT_MS: Final = 1_000
"""How often aiokafka checks all partitions when nothing happens."""
_FETCH_BYTES_MAX: Final = 4 * 1024 * 1024
_PARTITION_FETCH_BYTES_MAX: Final = 1024 * 1024
"""Some thousand events: more would only wait in memory. A larger message alone on its partition comes all the same."""
_PAUSE_AFTER_FAILURE_SECONDS: Final = 1.0
_SILENT_SECONDS_MAX: Final = 60.0


class _DrainOnRevoke(ConsumerRebalanceListener):
    """Partitions are given up only once the batch that holds their records is committed."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        await self._consumer.drain()
        await self._consumer.offsets.flush(revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._consumer.assigned(assigned)


class Consumer:
    """Takes batches from Kafka and has them processed, one at a time."""

    def __init__(
        self,
        service: Service,
        settings: ServiceSettings,
        processor: BatchProcessor,
        *,
        metrics: Metrics,
        crash_points: CrashPoints,
    ) -> None:
        self._settings = settings
        self._processor = processor
        self._crash_points = crash_points
        self._busy = asyncio.Lock()
        self.stopped_because: str | None = None
        self.events_handled = 0
        """Since the process started; duplicates and dead letters count, as they are done with."""
        self._last_progress = time.monotonic()
        self.offsets = HandledOffsets(self._commit, self._busy.locked)
        self._committing: asyncio.Task[None] | None = None
        self._broker = KafkaBroker(
            settings.kafka_bootstrap_servers,
            client_id=f"o2c-{service.name}",
            consumer_only=True,
            allow_auto_create_topics=False,
            enable_idempotence=settings.kafka_idempotent_producer,
            acks="all",
            request_timeout_ms=40_000,
            retry_backoff_ms=100,
            metadata_max_age_ms=60_000,
            connections_max_idle_ms=540_000,
            graceful_timeout=settings.stop_seconds_max,
            apply_types=False,
            logger=None,
        )
        self._subscriber = self._broker.subscriber(
            *(settings.topic_prefix + event.topic for event in service.handlers.subscriptions),
            batch=True,
            group_id=group_id(service.name, settings.topic_prefix),
            group_instance_id=settings.kafka_instance_id or None,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            partition_assignment_strategy=(RangePartitionAssignor,),
            max_records=settings.batch_events_max,
            batch_timeout_ms=_POLL_MS,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            fetch_min_bytes=1,
            fetch_max_bytes=_FETCH_BYTES_MAX,
            max_partition_fetch_bytes=_PARTITION_FETCH_BYTES_MAX,
            consumer_timeout_ms=_FETCHER_TIMEOUT_MS,
            session_timeout_ms=round(settings.kafka_session_seconds * 1000),
            heartbeat_interval_ms=round(settings.kafka_session_seconds * 1000 / 4),
            rebalance_timeout_ms=round((settings.retry_seconds_max + 60) * 1000),
            max_poll_interval_ms=round((settings.retry_seconds_max + 60) * 1000),
            check_crcs=True,
            listener=_DrainOnRevoke(self),
            parser=self._parse,
            decoder=_undecoded,
            no_reply=True,
        )
        self._subscriber(self._consume)
        self.lag = Lag(lambda: self._subscriber.consumer, metrics, settings.topic_prefix)

    async def start(self) -> None:
        await self._broker.connect()
        connected = self._broker.config.broker_config
        connected.builder = partial(PatientConsumer, **connected.builder.keywords)  # type: ignore[attr-defined]
        await self._broker.start()
        self._committing = asyncio.create_task(self.offsets.run())

    async def stop(self) -> None:
        """Finishes the current batch, commits its offsets and leaves the group."""
        if self._committing is not None:
            self._committing.cancel()
            self._committing = None
        async with asyncio.timeout(self._settings.stop_seconds_max):
            await self.drain()
            await self.offsets.flush(self.partitions)
        await self._broker.stop()

    async def drain(self) -> None:
        """Returns once no batch is being handled."""
        async with self._busy:
            return

    def assigned(self, partitions: set[TopicPartition]) -> None:
        self._last_progress = time.monotonic()
        if self.stopped_because and self._subscriber.consumer is not None:
            self._subscriber.consumer.pause(*partitions)

    @property
    def partitions(self) -> set[TopicPartition]:
        consumer = self._subscriber.consumer
        return set(consumer.assignment()) if consumer is not None else set()

    @property
    def in_touch(self) -> bool:
        """Whether the group's coordinator is known: it is forgotten when a heartbeat fails."""
        consumer = self._subscriber.consumer
        coordinator = consumer._coordinator if consumer is not None else None
        return coordinator is not None and coordinator.coordinator_id is not None

    def probes(self) -> list[Probe]:
        """Whether it belongs to its group, has partitions, makes progress, and has not stopped."""
        return [
            probe("broker", lambda: None if self.in_touch else "the consumer group's coordinator does not answer"),
            probe("partitions", lambda: None if self.partitions else "no partitions assigned"),
            probe("progress", lambda: self._processor.retry_reason or self._no_progress()),
            probe("dead_letters", lambda: self.stopped_because),
        ]

    def _no_progress(self) -> str | None:
        silent = self.silent_seconds()
        return f"behind, and no batch handled for {silent:.0f} s" if silent > _SILENT_SECONDS_MAX else None

    def silent_seconds(self) -> float:
        """How long ago the consumer last took a batch or had nothing to take."""
        if not any(self.lag.by_topic().values()):
            self._last_progress = time.monotonic()
        return time.monotonic() - self._last_progress

    async def _parse(self, records: Sequence[Any]) -> KafkaAckableMessage:
        return KafkaAckableMessage(
            raw_message=tuple(records),
            body=b"",
            consumer=self._subscriber.consumer,
            message_id="",
            correlation_id="",
        )

    async def _consume(self, message: KafkaAckableMessage) -> None:
        async with self._busy:
            records = message.raw_message
            self.lag.began(records)
            try:
                await self._processor.process(records)
            except TooManyDeadLetters as limit:
                self._stop_consuming(str(limit))
                await message.nack()
                return
            except Exception as error:
                log.error("the batch could not be handled, it is read again", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
                await message.nack()
                return
            finally:
                self.lag.ended()
            self._last_progress = time.monotonic()
            self.events_handled += len(records)
            prefix = self._settings.topic_prefix
            self._crash_points.reach("before_offsets", {r.topic.removeprefix(prefix) for r in records})
            self.offsets.handled(records)
            if self._committing is None:
                await self.offsets.flush(self.partitions)

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        """Commits for the partitions this replica still has; the others belong to another replica now."""
        consumer, partitions = self._subscriber.consumer, self.partitions
        ours = {place: offset for place, offset in offsets.items() if place in partitions}
        if consumer is not None and ours:
            await consumer.commit(ours)

    def _stop_consuming(self, reason: str) -> None:
        self.stopped_because = reason
        log.error("consumer stopped", reason=reason)
        consumer = self._subscriber.consumer
        if consumer is not None:
            consumer.pause(*consumer.assignment())


async def _undecoded(message: KafkaAckableMessage) -> KafkaAckableMessage:
    """The batch goes to the handler as it is: every record is decoded on its own there."""
    return message
