"""A Kafka record as it was received: decoded, or with the fault that prevents it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.chassis.envelope import decode, event_id, position_id, read_headers
from shared.chassis.errors import DecodeError
from shared.contracts.event import Event


@dataclass(slots=True)
class Received:
    """A record with the id it is known by and, if it could be decoded, its event."""

    id: UUID
    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: dict[str, str]
    body: bytes
    event: Event | None
    fault: str = ""


def receive(record: Any, bytes_max: int, prefix: str = "") -> Received:
    """Reads one Kafka record; a fault is kept beside it instead of being raised."""
    headers = read_headers(record.headers)
    topic = record.topic.removeprefix(prefix)
    event: Event | None = None
    fault = ""
    try:
        event = decode(record.value, headers, bytes_max)
        if event.topic != topic:
            fault = f"{event.topic} does not belong on the topic {topic}"
            event = None
    except DecodeError as error:
        fault = str(error)
    identity = event.context.id if event is not None else _identity(record, topic, headers)
    return Received(
        identity, topic, record.partition, record.offset, record.key, headers, record.value or b"", event, fault
    )


def _identity(record: Any, topic: str, headers: dict[str, str]) -> UUID:
    """The id of a record that is no event."""
    ce_id = headers.get("ce_id")
    return (
        event_id(headers.get("ce_source", ""), ce_id) if ce_id else position_id(topic, record.partition, record.offset)
    )
