"""What Kafka is told of handled batches: soon, together where they follow each other, never more than was handled."""

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


class ReasonText:
    """Stands for Kafka; refuses so many times first."""

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


async def test_a_lone_batch_is_told_of_at_once_and_those_that_follow_each_other_together() -> None:
    told = ReasonText()
    offsets = HandledOffsets(told.commit, busy=lambda: True)
    telling = asyncio.create_task(offsets.run())
    try:
        offsets.handled(records(HERE, 4, 5))
        await until(lambda: bool(told.commits))
        assert told.commits == [{HERE: 6}]

        offsets.handled(records(HERE, 6))
        offsets.handled([*records(HERE, 7), *records(THERE, 0)])
        await until(lambda: len(told.commits) > 1)
        assert told.commits[1:] == [{HERE: 8, THERE: 1}]
    finally:
        telling.cancel()


async def test_what_kafka_did_not_take_is_told_again() -> None:
    told = ReasonText(refusals=2)
    offsets = HandledOffsets(told.commit, busy=lambda: True)
    telling = asyncio.create_task(offsets.run())
    try:
        offsets.handled(records(HERE, 0))
        await until(lambda: bool(told.commits))
        assert told.commits == [{HERE: 1}]
    finally:
        telling.cancel()


async def test_the_last_word_on_partitions_that_go_is_said_before_they_go_and_none_after() -> None:
    told = ReasonText()
    offsets = HandledOffsets(told.commit, busy=lambda: True)
    offsets.handled([*records(HERE, 9), *records(THERE, 2)])
    await offsets.say_last({HERE})
    assert told.commits == [{HERE: 10, THERE: 3}]

    refusing = HandledOffsets(ReasonText(refusals=1).commit, busy=lambda: False)
    refusing.handled(records(HERE, 9))
    await refusing.say_last({HERE})
    await refusing.say_last({HERE})
    assert not refusing._untold
