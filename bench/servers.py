"""The PostgreSQL and Kafka of one bench, started for it and gone with it, and what is made on them."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from o2c.stack.brokers import Kafka
from o2c.stack.children import Children
from o2c.stack.choice import Report, choose_kafka, choose_postgres
from o2c.stack.containers import forget_kafka
from o2c.stack.ports import Ports
from o2c.stack.postgres import Postgres
from shared.chassis.envelope import Encoded
from shared.chassis.publish.topics import create_topics

PARTITIONS: Final = 6


@dataclass(eq=False)
class Servers:
    """What a bench runs on. PostgreSQL is durable: each commit waits for the disk."""

    postgres: Postgres
    kafka: Kafka
    children: Children
    ports: Ports
    directory: Path

    async def clone(self, template_url: str, suffix: str) -> str:
        """The URL of a copy of a database, with the same owner. Nobody may be connected to the template."""
        parts = urlsplit(template_url)
        template = parts.path.lstrip("/")
        name = f"{template}_{suffix}"
        await self._as_superuser(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{template}"')
        return urlunsplit(parts._replace(path=f"/{name}"))

    async def drop(self, url: str) -> None:
        """Removes a clone."""
        await self._as_superuser(f'DROP DATABASE IF EXISTS "{urlsplit(url).path.lstrip("/")}" WITH (FORCE)')

    async def settle(self) -> None:
        """Writes to disk what is still to be written, so that no measurement pays for what went before it."""
        await self._as_superuser("CHECKPOINT")

    async def _as_superuser(self, statement: str) -> None:
        connection = await asyncpg.connect(self.postgres.superuser_url, timeout=30.0)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def publish(self, prefix: str, records: Sequence[Encoded]) -> None:
        """Publishes records in order, keyed; returns when the broker has acknowledged all of them."""
        topics = {prefix + record.topic for record in records}
        await create_topics(self.kafka.bootstrap_servers, topics, partitions=PARTITIONS)
        producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka.bootstrap_servers,
            acks="all",
            enable_idempotence=self.kafka.idempotent,
            linger_ms=5,
            max_batch_size=256 * 1024,
        )
        await producer.start()
        try:
            acknowledged = [
                await producer.send(prefix + record.topic, record.value, key=record.key, headers=record.headers)
                for record in records
            ]
            await asyncio.gather(*acknowledged)
        finally:
            await producer.stop()

    async def published(self, prefix: str, topics: Iterable[str]) -> dict[str, int]:
        """How many records each of these topics holds."""
        places = [TopicPartition(prefix + topic, n) for topic in topics for n in range(PARTITIONS)]
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap_servers, group_id=None)
        await consumer.start()
        try:
            counts = dict.fromkeys(topics, 0)
            for place, end in (await consumer.end_offsets(places)).items():
                counts[place.topic.removeprefix(prefix)] += end
        finally:
            await consumer.stop()
        return counts

    async def forget_topics(self, prefix: str) -> None:
        """Deletes the topics of a prefix: the broker may be one that was given and stays."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka.bootstrap_servers, client_id="o2c-bench")
        await admin.start()
        try:
            ours = [topic for topic in await admin.list_topics() if topic.startswith(prefix)]
            await admin.delete_topics(ours, timeout_ms=30_000)
        finally:
            await admin.close()


@contextlib.asynccontextmanager
async def servers(report: Report) -> AsyncIterator[Servers]:
    """Starts both, in a directory of their own that is removed at the end. `report` gets a line for each."""
    with tempfile.TemporaryDirectory(prefix="o2c-bench-", ignore_cleanup_errors=True) as name:
        directory = Path(name)
        directory.chmod(0o755)  # an embedded PostgreSQL of root's runs as another user
        children, ports = Children(directory), Ports(directory / "ports.json")
        try:
            postgres = await choose_postgres(children, directory / "postgres", ports, report)
            report(postgres.described)
            kafka = await choose_kafka(children, directory / "kafka", ports, report)
            report(kafka.described)
            yield Servers(postgres, kafka, children, ports, directory)
            if kafka.kind == "docker":
                await kafka.stop()
                await forget_kafka(directory / "kafka")
        finally:
            await children.stop_all()
