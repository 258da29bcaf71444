"""Every input applied exactly once or dead-lettered: what is on the topics against what each service took in."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from importlib import import_module
from uuid import UUID

import stamina
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from o2c.books.databases import Database
from o2c.books.report import Line
from o2c.stack import SERVICES
from shared.chassis.envelope import decode, event_id, position_id, read_headers
from shared.chassis.errors import DecodeError
from shared.contracts.gl_core import JournalBatchPosted

_POLL_MILLISECONDS = 500
_STALLED_POLLS_MAX = 60
_IDS_SHOWN_MAX = 3
_BROKER_BACK_SECONDS_MAX = 60.0
"""A broker that is restarting is waited for so long."""


class BrokerSilent(Exception):
    """The broker did not hand out what it claims to have."""


@dataclass(slots=True)
class OnTopics:
    """The event ids on each topic, and the general ledger's answers among them."""

    ids: defaultdict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    expired: set[str] = field(default_factory=set)
    """Topics whose oldest events Kafka no longer keeps."""
    booked: dict[str, JournalBatchPosted] = field(default_factory=dict)
    """GL_CORE's answers by batch id: a batch is booked once, however often it is answered."""


def consumed_topics() -> dict[str, list[str]]:
    """By service, the topics it listens to, from its own declarations."""
    return {
        name: [event.topic for event in import_module(f"services.{name}.handlers").handlers.subscriptions]
        for name in SERVICES
    }


@stamina.retry(on=KafkaConnectionError, attempts=None, timeout=_BROKER_BACK_SECONDS_MAX, wait_max=2.0)
async def read_topics(bootstrap_servers: str, topics: set[str], prefix: str = "") -> OnTopics:
    """Reads the topics from their beginning to where they end now.

    Raises BrokerSilent; KafkaConnectionError where no broker answers for a minute.
    """
    found = OnTopics()
    places = await _places(bootstrap_servers, [prefix + topic for topic in topics])
    if not places:
        return found
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, group_id=None, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign(places)
        starts, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        found.expired = {place.topic.removeprefix(prefix) for place, offset in starts.items() if offset > 0}
        await _read_to(consumer, ends, found, prefix)
    finally:
        await consumer.stop()
    return found


async def _places(bootstrap_servers: str, topics: list[str]) -> list[TopicPartition]:
    """The partitions of those topics that exist."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="o2c-check")
    await admin.start()
    try:
        existing = sorted(set(topics) & set(await admin.list_topics()))
        described = await admin.describe_topics(existing) if existing else []
    finally:
        await admin.close()
    return [TopicPartition(topic["topic"], part["partition"]) for topic in described for part in topic["partitions"]]


async def _read_to(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int], found: OnTopics, prefix: str) -> None:
    stalled = 0
    behind = {place for place, end in ends.items() if await consumer.position(place) < end}
    while behind:
        fetched = await consumer.getmany(*behind, timeout_ms=_POLL_MILLISECONDS)
        for place, records in fetched.items():
            for record in records:
                if record.offset < ends[place]:
                    _take(record, place.topic.removeprefix(prefix), found)
        stalled = 0 if fetched else stalled + 1
        if stalled > _STALLED_POLLS_MAX:
            names = ", ".join(sorted({place.topic for place in behind}))
            raise BrokerSilent(f"the broker does not hand out the rest of {names}: is it well?")
        behind = {place for place in behind if await consumer.position(place) < ends[place]}


def _take(record: object, topic: str, found: OnTopics) -> None:
    headers = read_headers(record.headers)  # type: ignore[attr-defined]
    ce_id = headers.get("ce_id")
    if ce_id:
        found.ids[topic].add(event_id(headers.get("ce_source", ""), ce_id))
    else:
        found.ids[topic].add(position_id(topic, record.partition, record.offset))  # type: ignore[attr-defined]
    if topic == JournalBatchPosted.topic:
        value = record.value  # type: ignore[attr-defined]
        try:
            answer = decode(value, headers, len(value or b"") + 1)
        except DecodeError:
            return
        if isinstance(answer, JournalBatchPosted):
            found.booked.setdefault(answer.batch_id, answer)


async def inputs(dbs: dict[str, Database], consumed: dict[str, list[str]], on_topics: OnTopics) -> list[Line]:
    """Per service: each event on its topics was applied or waits as a dead letter, and nothing else was."""
    lines = []
    for name, topics in consumed.items():
        applied = await dbs[name].rows("applied_events")
        dead = await dbs[name].rows("dead_events")
        taken = {row["event_id"] for row in (*applied, *dead)}
        twice = {row["event_id"] for row in applied} & {row["event_id"] for row in dead}
        expected = set().union(*(on_topics.ids[topic] for topic in topics))
        kept = {row["event_id"] for row in (*applied, *dead) if row["topic"] not in on_topics.expired}
        missing, unknown = expected - taken, kept - expected
        notes = [f"{len(dead)} dead letters"] if dead else []
        for what, ids in (("not taken in", missing), ("not on a topic", unknown), ("applied and dead", twice)):
            if ids:
                notes.append(f"{what}: " + ", ".join(sorted(map(str, ids))[:_IDS_SHOWN_MAX]))
        lines.append(
            Line(
                "Every input applied once or dead-lettered",
                "events on topics", len(expected), "applied + dead letters", len(applied) + len(dead), name,
                note="; ".join(notes), off_by=len(missing) + len(unknown) + len(twice),
            )
        )  # fmt: skip
    return lines


async def outboxes(dbs: dict[str, Database]) -> list[Line]:
    return [
        Line("Outboxes empty", "waiting to be published", await db.value("events_waiting"), "none", 0, name)
        for name, db in dbs.items()
    ]
