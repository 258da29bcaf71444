"""Records of several partitions in the order in which they were published."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from o2c.stack import StackError

Ranges = Mapping[tuple[str, int], tuple[int, int]]
"""First offset, and the one after the last, by topic (without the stack's prefix) and partition."""
_POLL_MS = 500
_SILENT_POLLS_MAX = 60
_RECORDS_AT_ONCE = 500


async def records_between(bootstrap_servers: str, ranges: Ranges, prefix: str = "") -> AsyncIterator[Any]:
    """The records of these ranges, the oldest first by their time in Kafka. Raises StackError when they do not come."""
    waiting: dict[TopicPartition, deque[Any]] = {}
    ends = {TopicPartition(prefix + topic, part): end for (topic, part), (_, end) in ranges.items()}
    starts = {TopicPartition(prefix + topic, part): start for (topic, part), (start, _) in ranges.items()}
    unread = {place for place, end in ends.items() if starts[place] < end}
    if not unread:
        return
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, group_id=None, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(sorted(unread))
        for place in unread:
            consumer.seek(place, starts[place])
        silent = 0
        while unread or waiting:
            if behind := [place for place in unread if place not in waiting]:
                fetched = await consumer.getmany(*behind, timeout_ms=_POLL_MS, max_records=_RECORDS_AT_ONCE)
                for place, records in fetched.items():
                    waiting[place] = deque(record for record in records if record.offset < ends[place])
                    if not waiting[place]:
                        del waiting[place]
                unread = {place for place in unread if await consumer.position(place) < ends[place]}
                silent = 0 if fetched else silent + 1
                if silent > _SILENT_POLLS_MAX:
                    raise StackError(f"Kafka does not hand out the rest of {behind[0].topic}: is it well?")
                continue
            place = min(waiting, key=lambda p: (waiting[p][0].timestamp, p.topic, p.partition))
            yield waiting[place].popleft()
            if not waiting[place]:
                del waiting[place]
    finally:
        await consumer.stop()
