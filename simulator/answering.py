"""INV_CTRL and GL_CORE for a stack that people use by hand: they answer what the services ask, whenever they ask."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient

from shared.chassis.publish.topics import create_topics
from shared.contracts import EVENTS
from simulator.domain.calendar import business_day
from simulator.domain.dice import Dice
from simulator.domain.history import REMEMBERED, last_business_day, resume
from simulator.domain.upstream import HEARS, Upstream
from simulator.hearing import Ear
from simulator.running import Whereabouts
from simulator.speaking import Identities, Voice
from simulator.stage import is_taken

_POLL_SECONDS: Final = 0.25
_SEED: Final = 1


async def answer_forever(where: Whereabouts, tell: Callable[[str], object]) -> None:
    """Answers until cancelled; stands aside while a simulation plays and then goes on from where that ended."""
    topics = {where.topic_prefix + event.topic for event in EVENTS.values()}
    await create_topics(where.bootstrap_servers, topics, partitions=where.partitions)
    admin = AIOKafkaAdminClient(bootstrap_servers=where.bootstrap_servers, client_id="o2c-simulator")
    await admin.start()
    try:
        while True:
            if await is_taken(admin, where.topic_prefix):
                await asyncio.sleep(_POLL_SECONDS)
                continue
            tell("answering as INV_CTRL and GL_CORE")
            await _answer_until_taken(where, admin)
            tell("standing aside: a simulation plays")
    finally:
        await admin.close()


async def _answer_until_taken(where: Whereabouts, admin: AIOKafkaAdminClient) -> None:
    begun = datetime.now(UTC)
    async with (
        Ear(where.bootstrap_servers, HEARS, topic_prefix=where.topic_prefix) as ear,
        Ear(where.bootstrap_servers, REMEMBERED, topic_prefix=where.topic_prefix) as memory,
        Voice(
            where.bootstrap_servers,
            Identities(f"answering/{begun.isoformat()}"),
            idempotent=where.idempotent_producer,
            topic_prefix=where.topic_prefix,
        ) as voice,
    ):
        said = await memory.hear()
        day = last_business_day(said) or begun.date()
        # A ledger opened in the distant future refuses no period for being opened late.
        upstream = Upstream(Dice(_SEED), date.max)
        resume(upstream, await ear.hear(), said, day)
        while not await is_taken(admin, where.topic_prefix):
            await _answer(upstream, voice, day)
            await asyncio.sleep(_POLL_SECONDS)
            day = max(day, last_business_day(await memory.hear()) or day)
            upstream.hear(await ear.hear())


async def _answer(upstream: Upstream, voice: Voice, today: date) -> None:
    """Everything that was asked, and goods that arrive today; what is picked leaves at once and in full."""
    day = business_day(today)
    sayings = [
        *upstream.ledger_answers(day),
        *upstream.deliveries(day),
        *upstream.stock_answers(day),
        *upstream.bureau_answers(day),
    ]
    upstream.ship_the_rest((), today)
    await voice.say([*sayings, *upstream.shipments(day)], today)
