"""Offsets of handled batches are committed soon, together where batches follow, never beyond what was handled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from shared.chassis.consume.offsets import HandledOffsets

HERE, THERE = TopicPartition("OrderPlaced", 0), TopicPartition("OrderPlaced", 1)


def records(place: TopicPartition, *offsets: int) -> list[Any]:
    return [SimpleNamespace(topic=place.topic, partition=place.partition, offset=offset) for offset in offsets]


class Broker:
    """Stands for Kafka; refuses so many commits first."""

    def __init__(self, refusals: int = 0) -> None:
        self.commits: list[dict[TopicPartition, int]] = []
        self._refusals = refusals

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        if self._refusals:
            self._refusals -= 1
            raise KafkaError("not now")
        self.commits.append(offsets)


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not found():
            await asyncio.sleep(0.01)


async def test_a_lone_batch_is_committed_at_once_and_those_that_follow_each_other_together() -> None:
    broker = Broker()
    offsets = HandledOffsets(broker.commit, busy=lambda: True)
    committing = asyncio.create_task(offsets.run())
    try:
        offsets.handled(records(HERE, 4, 5))
        await until(lambda: bool(broker.commits))
        assert broker.commits == [{HERE: 6}]

        offsets.handled(records(HERE, 6))
        offsets.handled([*records(HERE, 7), *records(THERE, 0)])
        await until(lambda: len(broker.commits) > 1)
        assert broker.commits[1:] == [{HERE: 8, THERE: 1}]
    finally:
        committing.cancel()


async def test_what_kafka_refused_is_committed_again() -> None:
    broker = Broker(refusals=2)
    offsets = HandledOffsets(broker.commit, busy=lambda: True)
    committing = asyncio.create_task(offsets.run())
    try:
        offsets.handled(records(HERE, 0))
        await until(lambda: bool(broker.commits))
        assert broker.commits == [{HERE: 1}]
    finally:
        committing.cancel()


async def test_partitions_that_are_revoked_are_committed_before_and_never_after() -> None:
    broker = Broker()
    offsets = HandledOffsets(broker.commit, busy=lambda: True)
    offsets.handled([*records(HERE, 9), *records(THERE, 2)])
    await offsets.flush({HERE})
    assert broker.commits == [{HERE: 10, THERE: 3}]

    refusing = HandledOffsets(Broker(refusals=1).commit, busy=lambda: False)
    refusing.handled(records(HERE, 9))
    await refusing.flush({HERE})
    await refusing.flush({HERE})
    assert not refusing._uncommitted
