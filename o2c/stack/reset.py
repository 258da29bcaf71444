"""Starting over on a broker that is not ours: only what o2c made there is removed."""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient

from o2c.stack import SERVICES
from shared.chassis.publish.topics import dead_letter_topic
from shared.contracts import EVENTS


async def forget_topics(bootstrap_servers: str) -> None:
    """Deletes every topic of the contracts and the services' dead letters; committed offsets go with them."""
    ours = {event.topic for event in EVENTS.values()} | {dead_letter_topic(name) for name in SERVICES}
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="o2c-stack")
    await admin.start()
    try:
        await admin.delete_topics(sorted(ours & set(await admin.list_topics())), timeout_ms=30_000)
    finally:
        await admin.close()
