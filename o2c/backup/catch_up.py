"""What came in between a backup and its restore, published again in the order in which it came.

It is published again under its own ids, with a rest before and after each business day and wherever it had paused, as
services took in what came before by then: so they decide as they did. What a dump has already, its inbox drops. At the
end the topics forget what services published before the restore, since they have published what holds again.
"""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer

from o2c.backup.create import ReportProgress
from o2c.backup.files import Manifest, Offsets, Restored, read_manifest, read_restored
from o2c.backup.kafka_offsets import groups_of
from o2c.backup.records import Ranges, records_between
from o2c.backup.topics import topics_of_services_only
from shared.contracts.erp import BusinessDayStarted

_PAUSE_MS = 100
"""Where nothing arrived for so long, the services were idle."""
_RESTS_BEFORE_PAUSES_COUNT_LESS = 5_000
"""After so many rests only pauses twice as long count: a long catching up comes to an end."""
_REPORTED_EVERY = 5_000


class WaitsForIdle(Protocol):
    async def wait(self) -> None:
        """Returns when no service has anything left to do. Raises StackError when nothing progresses."""


async def catch_up(
    directory: Path,
    bootstrap_servers: str,
    idle: WaitsForIdle,
    *,
    topic_prefix: str = "",
    report_progress: ReportProgress,
) -> int:
    """Returns how many events were published again; the stack is idle then.

    The services must run. After an interruption it may be run again.

    Raises StackError where the backup has not been restored, or the services do not become idle.
    """
    manifest, restored = read_manifest(directory), read_restored(directory)
    async with groups_of(bootstrap_servers, topic_prefix) as groups:
        ranges = _ranges(manifest, restored, await groups.beginnings({*restored.ends}))
    total = sum(end - start for start, end in ranges.values())
    report_progress(f"{total:,} events are published again")
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", linger_ms=1)
    await producer.start()
    try:
        published = await _publish_again(
            records_between(bootstrap_servers, ranges, topic_prefix), producer, idle, report_progress
        )
    finally:
        await producer.stop()
    await idle.wait()
    async with groups_of(bootstrap_servers, topic_prefix) as groups:
        await groups.forget(
            {topic: ends for topic, ends in restored.ends.items() if topic in topics_of_services_only()}
        )
    report_progress(f"{published:,} events published again. Now run `o2c check`.")
    return published


def _ranges(manifest: Manifest, restored: Restored, beginnings: Offsets) -> Ranges:
    """What is still to be consumed: of services up to the backup, of all other producers up to the restore.

    A catching up that had come to its end has deleted the records of topics; then their part is done.
    """
    ours = topics_of_services_only()
    ranges: dict[tuple[str, int], tuple[int, int]] = {}
    for dump in manifest.services.values():
        for topic, ends in _consumed(dump.offsets, restored.ends).items():
            for partition, end in ends.items():
                start = max(dump.offsets[topic].get(partition, 0), beginnings[topic][partition])
                last = manifest.ends[topic].get(partition, 0) if topic in ours else end
                known = ranges.get((topic, partition), (start, last))
                ranges[topic, partition] = (min(start, known[0]), last)
    return {place: (start, end) for place, (start, end) in ranges.items() if start < end}


def _consumed(offsets: Offsets, ends: Offsets) -> Offsets:
    return {topic: ends[topic] for topic in offsets if topic in ends}


async def _publish_again(
    records: Any, producer: AIOKafkaProducer, idle: WaitsForIdle, report_progress: ReportProgress
) -> int:
    published, rests, last_ms, pause_ms = 0, 0, 0, _PAUSE_MS
    sent: list[Awaitable[Any]] = []

    async def rest() -> None:
        nonlocal rests, pause_ms
        await _all(sent)
        await idle.wait()
        rests += 1
        if rests % _RESTS_BEFORE_PAUSES_COUNT_LESS == 0:
            pause_ms *= 2

    async for record in records:
        new_day = record.topic.endswith(BusinessDayStarted.topic)
        if new_day or record.timestamp - last_ms >= pause_ms:
            await rest()
        last_ms = record.timestamp
        sent.append(
            await producer.send(
                record.topic, record.value, record.key, partition=record.partition, headers=list(record.headers)
            )
        )
        published += 1
        if new_day:
            await rest()
        elif len(sent) >= _REPORTED_EVERY:
            await _all(sent)
            report_progress(f"{published:,} so far")
    await _all(sent)
    return published


async def _all(sent: list[Awaitable[Any]]) -> None:
    for acknowledged in sent:
        await acknowledged
    sent.clear()
