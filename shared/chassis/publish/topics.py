"""Topics: one per event type, all with the same number of partitions."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

_RETENTION_MS = str(30 * 24 * 3600 * 1000)


def group_id(service: str, prefix: str = "") -> str:
    """The consumer group of a service's replicas."""
    return f"{prefix}o2c.{service}"


def dead_letter_topic(service: str) -> str:
    return f"{service}.dead-letter"


async def create_topics(
    bootstrap_servers: str, names: Iterable[str], *, partitions: int, replication_factor: int = 1
) -> None:
    """Creates those topics that do not exist. Existing ones stay as they are."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="o2c-topics", request_timeout_ms=30_000)
    await admin.start()
    try:
        missing = sorted(set(names) - set(await admin.list_topics()))
        if not missing:
            return
        answer = await admin.create_topics(
            [
                NewTopic(name, partitions, replication_factor, topic_configs={"retention.ms": _RETENTION_MS})
                for name in missing
            ],
            timeout_ms=30_000,
        )
        for topic, code, *_ in answer.topic_errors:
            fault = for_code(code)
            if code and fault is not TopicAlreadyExistsError:
                raise fault(f"topic {topic} cannot be created")
    finally:
        await admin.close()
