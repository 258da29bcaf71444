"""Which topics a broker can serve already."""

from __future__ import annotations

from collections.abc import Collection

from aiokafka.admin import AIOKafkaAdminClient


async def topics_without_leader(bootstrap_servers: str, topics: Collection[str]) -> set[str]:
    """Those that do not exist yet, or have a partition without a leader: nothing can be read from them."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="o2c-stack")
    await admin.start()
    try:
        described = await admin.describe_topics(sorted(topics))
    finally:
        await admin.close()
    served = {
        topic["topic"]
        for topic in described
        if topic["partitions"] and all(part["leader"] >= 0 for part in topic["partitions"])
    }
    return set(topics) - served
