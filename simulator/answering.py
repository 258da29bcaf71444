"""INV_CTRL and GL_CORE for a stack that people use by hand: they answer what the services ask, whenever they ask."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.chassis.publish.topics import create_topics
from shared.contracts import EVENTS
from simulator.calendar import business_day
from simulator.dice import Dice
from simulator.systems.resume import REMEMBERED, last_business_day, resume
from simulator.systems.upstream import SUBSCRIPTIONS, Upstream
from simulator.transport.connection_info import ConnectionInfo
from simulator.transport.event_publisher import EventPublisher, Identities
from simulator.transport.event_reader import EventReader
from simulator.transport.simulation_lease import lease_is_held

_POLL_SECONDS: Final = 0.25
_FIRST_PAUSE_SECONDS: Final = 1.0
_PAUSE_SECONDS_MAX: Final = 15.0
_SEED: Final = 1


async def answer_forever(connection: ConnectionInfo, report_progress: Callable[[str], object]) -> None:
    """Answers until cancelled; pauses while a simulation plays and then continues from where that ended.

    While Kafka does not answer, it tries again, and resumes from what the topics hold.
    """
    pause = _FIRST_PAUSE_SECONDS
    while True:
        begun = time.monotonic()
        try:
            await _answer(connection, report_progress)
        except (KafkaError, OSError) as error:
            if time.monotonic() - begun > _PAUSE_SECONDS_MAX:
                pause = _FIRST_PAUSE_SECONDS
            report_progress(f"Kafka does not answer ({type(error).__name__}: {error}): next attempt in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(_PAUSE_SECONDS_MAX, pause * 2)


async def _answer(connection: ConnectionInfo, report_progress: Callable[[str], object]) -> None:
    topics = {connection.topic_prefix + event.topic for event in EVENTS.values()}
    await create_topics(connection.bootstrap_servers, topics, partitions=connection.partitions)
    admin = AIOKafkaAdminClient(bootstrap_servers=connection.bootstrap_servers, client_id="o2c-simulator")
    await admin.start()
    try:
        while True:
            if await lease_is_held(admin, connection.topic_prefix):
                await asyncio.sleep(_POLL_SECONDS)
                continue
            report_progress("answering as INV_CTRL and GL_CORE")
            await _answer_until_a_simulation_plays(connection, admin)
            report_progress("paused: a simulation plays")
    finally:
        await admin.close()


async def _answer_until_a_simulation_plays(connection: ConnectionInfo, admin: AIOKafkaAdminClient) -> None:
    begun = datetime.now(UTC)
    async with (
        EventReader(connection.bootstrap_servers, SUBSCRIPTIONS, topic_prefix=connection.topic_prefix) as reader,
        EventReader(connection.bootstrap_servers, REMEMBERED, topic_prefix=connection.topic_prefix) as memory,
        EventPublisher(
            connection.bootstrap_servers,
            Identities(f"answering/{begun.isoformat()}"),
            idempotent=connection.idempotent_producer,
            topic_prefix=connection.topic_prefix,
        ) as publisher,
    ):
        published = await memory.read()
        day = last_business_day(published) or begun.date()
        # A ledger opened in the distant future refuses no period for being opened late.
        upstream = Upstream(Dice(_SEED), date.max)
        resume(upstream, await reader.read(), published, day)
        while not await lease_is_held(admin, connection.topic_prefix):
            await _publish_answers(upstream, publisher, day)
            await asyncio.sleep(_POLL_SECONDS)
            day = max(day, last_business_day(await memory.read()) or day)
            upstream.apply(await reader.read())


async def _publish_answers(upstream: Upstream, publisher: EventPublisher, today: date) -> None:
    """Everything that was asked, and goods that arrive today; what is picked leaves at once and in full."""
    day = business_day(today)
    outgoing = [
        *upstream.ledger_answers(day),
        *upstream.deliveries(day),
        *upstream.stock_answers(day),
        *upstream.bureau_answers(day),
    ]
    upstream.ship_the_rest((), today)
    await publisher.publish([*outgoing, *upstream.shipments(day)], today)
