"""Where topics end in Kafka and consumer groups stand, and moving groups to where they are to continue."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection, Mapping

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from aiokafka.errors import CommitFailedError, KafkaError
from aiokafka.structs import OffsetAndMetadata

from o2c.backup.files import Offsets
from o2c.stack import StackError
from shared.chassis.observe.stall_watch import Stalled, wait_until
from shared.chassis.publish.topics import group_id

_POLL_SECONDS = 0.5


class Groups:
    """A broker's topics and groups of one stack; topics are named without the stack's prefix."""

    def __init__(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, servers: str, prefix: str) -> None:
        self._admin = admin
        self._consumer = consumer
        self._servers = servers
        self._prefix = prefix

    async def ends(self, topics: Collection[str]) -> Offsets:
        """Where each partition ends now; topics that do not exist are left out."""
        return self._named(await self._consumer.end_offsets(await self._places(topics)))

    async def beginnings(self, topics: Collection[str]) -> Offsets:
        """The oldest offset each partition still has."""
        return self._named(await self._consumer.beginning_offsets(await self._places(topics)))

    async def committed(self, service: str, topics: Collection[str]) -> Offsets:
        """From where the service's group continues; where it never committed, the partition's beginning."""
        places = await self._places(topics)
        if not places:
            return {}
        group = group_id(service, self._prefix)
        known = await self._admin.list_consumer_group_offsets(group, partitions=places)
        offsets = await self._consumer.beginning_offsets(places)
        for place, found in known.items():
            if found.offset >= 0:
                offsets[place] = found.offset
        return self._named(offsets)

    async def wait_until_left(self, committed: Mapping[str, Offsets], stall_seconds: float) -> None:
        """Returns once no replica of these services is in its group. Raises StackError naming those that stay.

        `committed` is what each group has committed: Kafka takes the same once more only where the group is empty.
        A replica that was killed leaves when its session times out.
        """
        staying = dict(committed)

        async def look() -> Mapping[str, object] | None:
            for service, offsets in list(staying.items()):
                with contextlib.suppress(CommitFailedError):
                    await self.put_back(service, offsets)
                    del staying[service]
            return {"services still in their groups": len(staying)} if staying else None

        try:
            await wait_until(look, stall_seconds=stall_seconds, poll_seconds=_POLL_SECONDS)
        except Stalled:
            running = f"{', '.join(staying)} {'is' if len(staying) == 1 else 'are'} running"
            raise StackError(f"{running}: stop every replica before a restore") from None

    async def put_back(self, service: str, offsets: Offsets) -> None:
        """Commits these offsets for the service's group. Raises CommitFailedError where it has a member."""
        places = {
            TopicPartition(self._prefix + topic, partition): OffsetAndMetadata(offset, "")
            for topic, partitions in offsets.items()
            for partition, offset in partitions.items()
        }
        if not places:
            return
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._servers,
            group_id=group_id(service, self._prefix),
            client_id="o2c-restore",
            enable_auto_commit=False,
        )
        consumer.assign(list(places))
        consumer.pause(*places)
        await consumer.start()
        try:
            await consumer.commit(places)
        finally:
            await consumer.stop()

    async def forget(self, ends: Offsets) -> None:
        """Deletes what lies before these offsets. Topics keep their later records."""
        places = {
            TopicPartition(self._prefix + topic, partition): RecordsToDelete(before_offset=offset)
            for topic, partitions in ends.items()
            for partition, offset in partitions.items()
            if offset
        }
        if places:
            await self._admin.delete_records(places)

    async def _places(self, topics: Collection[str]) -> list[TopicPartition]:
        existing = sorted({self._prefix + topic for topic in topics} & set(await self._admin.list_topics()))
        described = await self._admin.describe_topics(existing) if existing else []
        return [
            TopicPartition(topic["topic"], part["partition"]) for topic in described for part in topic["partitions"]
        ]

    def _named(self, offsets: Mapping[TopicPartition, int]) -> Offsets:
        named: Offsets = {}
        for place, offset in sorted(offsets.items()):
            named.setdefault(place.topic.removeprefix(self._prefix), {})[place.partition] = offset
        return named


@contextlib.asynccontextmanager
async def groups_of(bootstrap_servers: str, prefix: str = "") -> AsyncIterator[Groups]:
    """Raises StackError where no broker answers, or where it refuses what is asked."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="o2c-backup")
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap_servers, client_id="o2c-backup")
    try:
        await admin.start()
        await consumer.start()
        await asyncio.sleep(0)  # its tasks begin: stopped before that, their cancellation would be ours
        yield Groups(admin, consumer, bootstrap_servers, prefix)
    except KafkaError as error:
        raise StackError(f"Kafka at {bootstrap_servers}: {type(error).__name__}: {error}") from None
    finally:
        await consumer.stop()
        await admin.close()
