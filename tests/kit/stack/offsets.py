"""Where the consumer groups of a world stand, and setting them back."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.chassis.publish.topics import group_id
from tests.kit.stack.world import PARTITIONS, World


async def set_back_to_the_beginning(world: World, name: str) -> None:
    """The service will take every record from its topics' beginnings again. It must not be running."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=world.kafka.bootstrap_servers,
        group_id=group_id(name, world.prefix),
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        places = [
            TopicPartition(world.prefix + event.topic, partition)
            for event in world.service(name).handlers.subscriptions
            for partition in range(PARTITIONS)
        ]
        consumer.assign(places)
        await consumer.commit(dict.fromkeys(places, 0))
    finally:
        await consumer.stop()
