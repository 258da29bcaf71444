"""Reading everything that was published on some topics, up to now."""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.chassis.envelope import decode, read_headers
from shared.chassis.errors import DecodeError
from shared.contracts.event import Event

_RECORDS_AT_ONCE = 2_000
_POLL_MS = 200
_BYTES_MAX = 16 * 1024 * 1024


class EventReader:
    """Reads topics from their beginning, without a consumer group. Use as an async context manager."""

    def __init__(self, bootstrap_servers: str, events: Iterable[type[Event]], *, topic_prefix: str = "") -> None:
        # Without a group every partition is assigned, and nothing is ever rebalanced away.
        self._consumer = AIOKafkaConsumer(
            *sorted({topic_prefix + event.topic for event in events}),
            bootstrap_servers=bootstrap_servers,
            client_id="o2c-simulator",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=4 * 1024 * 1024,
            # The broker answers a connection's requests one by one: the question where topics end waits for this.
            fetch_max_wait_ms=5,
        )

    async def __aenter__(self) -> Self:
        """Raises UnknownTopicOrPartitionError where the topics have not been created."""
        await self._consumer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def read(self) -> list[Event]:
        """Everything published since the last call: up to the end the topics had when it was called.

        Skips what cannot be decoded: the services keep it as dead letters.
        """
        partitions = self._consumer.assignment()
        ends = await self._consumer.end_offsets(list(partitions))
        events: list[Event] = []
        self._consumer.resume(*partitions)
        while await self._behind(ends):
            batches = await self._consumer.getmany(timeout_ms=_POLL_MS, max_records=_RECORDS_AT_ONCE)
            for record in (record for records in batches.values() for record in records):
                try:
                    events.append(decode(record.value, read_headers(record.headers), _BYTES_MAX))
                except DecodeError:
                    continue
        # Between the calls nothing is fetched ahead.
        self._consumer.pause(*partitions)
        return events

    async def _behind(self, ends: dict[TopicPartition, int]) -> bool:
        for partition, end in ends.items():
            if end and await self._consumer.position(partition) < end:
                return True
        return False
