"""What came in between a backup and its restore, heard once more in the order in which it came.

It is published again under its own ids, with a rest before and after each business day and wherever it had paused, as
services took in what came before by then: so they decide as they did. What a dump has already, its inbox drops. At the
end the topics forget what services said before the restore, of which they have said what holds anew.
"""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer

from o2c.backup.files import Manifest, Offsets, Restored, read_manifest, read_restored
from o2c.backup.kafka_places import groups_of
from o2c.backup.records import Ranges, records_between
from o2c.backup.taking import Tell
from o2c.backup.topics import said_by_services_only
from shared.contracts.erp import BusinessDayStarted

_PAUSE_MS = 100
"""Where nothing came in for so long, services had come to rest."""
_RESTS_BEFORE_PAUSES_COUNT_LESS = 5_000
"""After so many rests only pauses twice as long count: a long catching up comes to an end."""
_REST_SECONDS_MAX = 600.0
_TOLD_EVERY = 5_000


class AtRest(Protocol):
    async def wait(self, timeout: float = ...) -> None: ...


async def catch_up(directory: Path, bootstrap_servers: str, idle: AtRest, *, topic_prefix: str = "", tell: Tell) -> int:
    """Returns how many events were said again, at rest. The services must run; may be repeated where it was broken off.

    Raises StackError where the backup has not been restored, or the services do not come to rest.
    """
    manifest, restored = read_manifest(directory), read_restored(directory)
    async with groups_of(bootstrap_servers, topic_prefix) as groups:
        ranges = _ranges(manifest, restored, await groups.beginnings({*restored.ends}))
    total = sum(end - start for start, end in ranges.values())
    tell(f"{total:,} events are heard once more")
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", linger_ms=1)
    await producer.start()
    try:
        said = await _say_again(records_between(bootstrap_servers, ranges, topic_prefix), producer, idle, tell)
    finally:
        await producer.stop()
    await idle.wait(_REST_SECONDS_MAX)
    async with groups_of(bootstrap_servers, topic_prefix) as groups:
        await groups.forget({topic: ends for topic, ends in restored.ends.items() if topic in said_by_services_only()})
    tell(f"{said:,} events heard once more. Now run `o2c check`.")
    return said


def _ranges(manifest: Manifest, restored: Restored, beginnings: Offsets) -> Ranges:
    """What somebody has still to hear: of services up to the backup, of everyone else up to the restore.

    A catching up that had come to its end has made topics forget; then their part is done.
    """
    ours = said_by_services_only()
    ranges: dict[tuple[str, int], tuple[int, int]] = {}
    for dump in manifest.services.values():
        for topic, ends in _heard(dump.offsets, restored.ends).items():
            for partition, end in ends.items():
                start = max(dump.offsets[topic].get(partition, 0), beginnings[topic][partition])
                last = manifest.ends[topic].get(partition, 0) if topic in ours else end
                known = ranges.get((topic, partition), (start, last))
                ranges[topic, partition] = (min(start, known[0]), last)
    return {place: (start, end) for place, (start, end) in ranges.items() if start < end}


def _heard(offsets: Offsets, ends: Offsets) -> Offsets:
    return {topic: ends[topic] for topic in offsets if topic in ends}


async def _say_again(records: Any, producer: AIOKafkaProducer, idle: AtRest, tell: Tell) -> int:
    said, rests, last_ms, pause_ms = 0, 0, 0, _PAUSE_MS
    sent: list[Awaitable[Any]] = []

    async def rest() -> None:
        nonlocal rests, pause_ms
        await _all(sent)
        await idle.wait(_REST_SECONDS_MAX)
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
        said += 1
        if new_day:
            await rest()
        elif len(sent) >= _TOLD_EVERY:
            await _all(sent)
            tell(f"{said:,} so far")
    await _all(sent)
    return said


async def _all(sent: list[Awaitable[Any]]) -> None:
    for acknowledged in sent:
        await acknowledged
    sent.clear()
