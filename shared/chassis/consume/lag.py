"""Lag: records of this replica's partitions that are not handled yet."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Final

import structlog
from aiokafka import TopicPartition

from shared.chassis.observe.metrics import Metrics

log = structlog.get_logger(__name__)

_LOOK_SECONDS: Final = 1.0
_IDLE_LOOKS: Final = 10
"""Between two batches, fetch responses carry the ends of the partitions; asking only checks that fetches still work."""
_ENDS_SECONDS_MAX: Final = 5.0


class Lag:
    """Knows where partitions end, also while a batch hangs and nothing is fetched."""

    def __init__(self, consumer: Callable[[], Any], metrics: Metrics, topic_prefix: str) -> None:
        self._consumer = consumer
        self._gauge = metrics.lag
        self._prefix = topic_prefix
        self._current: dict[tuple[str, int], int] = {}
        """Of the batch being handled, by topic and partition, the first offset."""
        self._ends: dict[TopicPartition, int] = {}
        """Where the partitions ended when that was last asked."""
        self._moved = False

    def began(self, records: Sequence[Any]) -> None:
        """These records are being handled."""
        self._moved = True
        self._current = {(record.topic, record.partition): record.offset for record in reversed(records)}

    def ended(self) -> None:
        """No batch is being handled."""
        self._moved = True
        self._current = {}

    async def watch(self) -> None:
        """Until cancelled: keeps the gauge fresh; asks each second while a batch hangs, else rarely."""
        looks = 0
        while True:
            batch = self._current
            await asyncio.sleep(_LOOK_SECONDS)
            looks += 1
            hangs = bool(batch) and self._current is batch
            if hangs or looks >= _IDLE_LOOKS:
                looks = 0
                await self._ask()
            elif not self._moved:
                continue
            self._moved = False
            self.measure()

    async def _ask(self) -> None:
        consumer = self._consumer()
        partitions = set(consumer.assignment()) if consumer is not None else set()
        try:
            async with asyncio.timeout(_ENDS_SECONDS_MAX):
                self._ends = dict(await consumer.end_offsets(partitions)) if partitions else {}
        except Exception as error:
            log.debug("cannot ask where the partitions end", error=f"{type(error).__name__}: {error}")

    def measure(self) -> None:
        """Sets the gauge of every topic."""
        self._gauge.clear()  # some topics may belong to another replica now
        for topic, records in self.by_topic().items():
            self._gauge.labels(topic.removeprefix(self._prefix)).set(records)

    def by_topic(self) -> dict[str, int]:
        """Records not handled yet, those of the current batch included."""
        lag: dict[str, int] = {}
        consumer = self._consumer()
        if consumer is None:
            return lag
        for partition in consumer.assignment():
            state = consumer._subscription.subscription.assignment.state_value(partition)
            position = state.position if state is not None and state.has_valid_position else None
            position = self._current.get(partition, position)
            ends = [end for end in (consumer.highwater(partition), self._ends.get(partition)) if end is not None]
            if ends and position is not None:
                lag[partition.topic] = lag.get(partition.topic, 0) + max(0, max(ends) - position)
        return lag
