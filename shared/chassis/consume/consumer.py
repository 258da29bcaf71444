"""The consumer: one FastStream batch subscriber over all topics of a service.

Offsets are committed only after the batch's database transaction; a crash in between repeats
the batch, and the inbox drops it. A rebalance waits for the batch in hand.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from shared.chassis.consume.batch import BatchProcessor, TooManyDeadLetters
from shared.chassis.consume.offsets import HandledOffsets
from shared.chassis.publish.topics import group_id

if TYPE_CHECKING:
    from shared.chassis.runtime.service_runtime import ServiceRuntime

log = structlog.get_logger(__name__)

_POLL_MS = 10
_FETCH_WAIT_MS = 100
"""How long the broker holds on to a fetch when there is no news. Each names all partitions, and so has its price."""
_FETCH_BYTES_MAX = 4 * 1024 * 1024
_PARTITION_FETCH_BYTES_MAX = 1024 * 1024
"""Some thousand events: more would only wait in memory. A larger message alone on its partition comes all the same."""
_PAUSE_AFTER_FAILURE_SECONDS = 1.0
_ENDS_SECONDS = 1.0
_ENDS_SECONDS_MAX = 5.0


class _DrainOnRevoke(ConsumerRebalanceListener):
    """Partitions are given up only once the batch that holds their records is committed."""

    def __init__(self, consumer: Consumer) -> None:
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        await self._consumer.drain()
        await self._consumer.offsets.say_last(revoked)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._consumer.assigned(assigned)


class Consumer:
    def __init__(self, running: ServiceRuntime) -> None:
        self._running = running
        self._processor: BatchProcessor = running.processor
        self._busy = asyncio.Lock()
        self.stopped_because: str | None = None
        self.last_progress = time.monotonic()
        self._in_hand: dict[tuple[str, int], int] = {}
        """Of the batch being handled, by topic and partition, the first offset."""
        self._ends: dict[tuple[str, int], int] = {}
        """Where the partitions ended when that was last asked."""
        self.offsets = HandledOffsets(self._commit, self._busy.locked)
        self._telling: asyncio.Task[None] | None = None
        settings = running.settings
        self._broker = KafkaBroker(
            settings.kafka_bootstrap_servers,
            client_id=f"o2c-{running.service.name}",
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
            *(settings.topic_prefix + event.topic for event in running.service.handlers.subscriptions),
            batch=True,
            group_id=group_id(running.service.name, settings.topic_prefix),
            group_instance_id=settings.kafka_instance_id or None,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            partition_assignment_strategy=(RangePartitionAssignor,),
            max_records=settings.batch_events_max,
            batch_timeout_ms=_POLL_MS,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            fetch_min_bytes=1,
            fetch_max_bytes=_FETCH_BYTES_MAX,
            max_partition_fetch_bytes=_PARTITION_FETCH_BYTES_MAX,
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

    async def start(self) -> None:
        await self._broker.start()
        self._telling = asyncio.create_task(self.offsets.run())

    async def stop(self) -> None:
        """Finishes the batch in hand, commits its offsets and leaves the group."""
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        async with asyncio.timeout(self._running.settings.stop_seconds_max):
            await self.drain()
            await self.offsets.say_last(self.partitions)
        await self._broker.stop()

    async def drain(self) -> None:
        """Returns once no batch is being handled."""
        async with self._busy:
            return

    def assigned(self, partitions: set[TopicPartition]) -> None:
        self.last_progress = time.monotonic()
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

    async def watch_lag(self) -> None:
        """Asks where the partitions end and keeps the measure fresh, whatever becomes of the batch in hand.

        The fetches tell it as well, but there are none while a batch hangs.
        """
        while True:
            try:
                async with asyncio.timeout(_ENDS_SECONDS_MAX):
                    await self._look_where_partitions_end()
            except Exception as error:
                log.debug("cannot ask where the partitions end", error=f"{type(error).__name__}: {error}")
            lag = self._running.metrics.lag
            lag.clear()  # of topics whose partitions are another replica's now
            for topic, records in self.lag_by_topic().items():
                lag.labels(topic.removeprefix(self._running.settings.topic_prefix)).set(records)
            await asyncio.sleep(_ENDS_SECONDS)

    async def _look_where_partitions_end(self) -> None:
        consumer, partitions = self._subscriber.consumer, self.partitions
        self._ends = dict(await consumer.end_offsets(partitions)) if consumer is not None and partitions else {}

    def lag_by_topic(self) -> dict[str, int]:
        """Records not handled yet, those of the batch in hand among them, of this replica's partitions."""
        lag: dict[str, int] = {}
        consumer = self._subscriber.consumer
        if consumer is None:
            return lag
        for partition in self.partitions:
            state = consumer._subscription.subscription.assignment.state_value(partition)
            position = state.position if state is not None and state.has_valid_position else None
            position = self._in_hand.get(partition, position)
            ends = [end for end in (consumer.highwater(partition), self._ends.get(partition)) if end is not None]
            if ends and position is not None:
                lag[partition.topic] = lag.get(partition.topic, 0) + max(0, max(ends) - position)
        return lag

    def silent_seconds(self) -> float:
        """How long ago the consumer last took a batch or had nothing to take."""
        if not any(self.lag_by_topic().values()):
            self.last_progress = time.monotonic()
        return time.monotonic() - self.last_progress

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
            self._in_hand = {(record.topic, record.partition): record.offset for record in reversed(records)}
            try:
                await self._processor.process(records)
            except TooManyDeadLetters as limit:
                self._stop_consuming(str(limit))
                await message.nack()
                return
            except Exception as error:
                log.error("the batch could not be handled, it is taken anew", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(_PAUSE_AFTER_FAILURE_SECONDS)
                await message.nack()
                return
            finally:
                self._in_hand = {}
            self.last_progress = time.monotonic()
            prefix = self._running.settings.topic_prefix
            self._running.crash_points.reach("before_offsets", {r.topic.removeprefix(prefix) for r in records})
            self.offsets.handled(records)
            if self._telling is None:
                await self.offsets.say_last(self.partitions)

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        """Of partitions that are not ours any more, nothing is said: they are another replica's affair."""
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
