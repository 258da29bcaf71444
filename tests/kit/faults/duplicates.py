"""Repeating what was published: events twice, and everything on the topics once more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.chassis.envelope import Encoded
from shared.contracts import EVENTS
from simulator.systems.outgoing_event import OutgoingEvent
from simulator.world import PublishesEvents
from tests.kit.stack.world import PARTITIONS, World


class PublishesTwice:
    """Publishes every event twice: the second time under the ids of the first."""

    def __init__(self, publisher: PublishesEvents) -> None:
        self._publisher = publisher

    async def publish(self, outgoing: Sequence[OutgoingEvent], day: date) -> None:
        await self._publisher.publish(outgoing, day)
        await self._publisher.publish(outgoing, day)


class Echo:
    """Publishes every record of a world's topics once more, the services' own included."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._repeated_to: dict[TopicPartition, int] = {}

    async def repeat_everything_new(self) -> int:
        """Repeats what was published since the last call and was no echo; returns how many records."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._world.kafka.bootstrap_servers, group_id=None)
        await consumer.start()
        try:
            places = [
                TopicPartition(self._world.prefix + event.topic, partition)
                for event in EVENTS.values()
                for partition in range(PARTITIONS)
            ]
            consumer.assign(places)
            records = await self._new_records(consumer, await consumer.end_offsets(places))
            await self._world.publish_encoded(*map(self._again, records))
            self._repeated_to = await consumer.end_offsets(places)
        finally:
            await consumer.stop()
        return len(records)

    async def _new_records(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> list[Any]:
        behind = {place for place, end in ends.items() if self._repeated_to.get(place, 0) < end}
        for place in ends:
            consumer.seek(place, self._repeated_to.get(place, 0))
        records: list[Any] = []
        while behind:
            for found in (await consumer.getmany(timeout_ms=100)).values():
                records += found
            behind = {place for place in behind if await consumer.position(place) < ends[place]}
        return records

    def _again(self, record: Any) -> Encoded:
        topic = record.topic.removeprefix(self._world.prefix)
        return Encoded(topic, record.key, record.value, list(record.headers))
