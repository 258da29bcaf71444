"""A simulation connected to running services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.chassis.publish.topics import create_topics
from shared.contracts import EVENTS
from shared.contracts.event import Event
from simulator.domain.calendar import following_business_day
from simulator.domain.history import REMEMBERED, last_business_day
from simulator.domain.upstream import HEARS
from simulator.hearing import Ear
from simulator.people import ar_department
from simulator.speaking import Identities, Voice
from simulator.stage import on_stage
from simulator.world import IdleMonitor, Simulation

FIRST_DAY: Final = date(2026, 1, 1)
"""Where the simulated business begins unless told otherwise."""


class StartsTooEarly(ValueError):
    """The services already know a later business day than the one the simulation is to start on."""


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the services are. Without `service_urls` nobody does the people's part."""

    bootstrap_servers: str
    idempotent_producer: bool
    partitions: int
    service_urls: Mapping[str, str] | None = None
    token_secret: str = ""
    topic_prefix: str = ""


@asynccontextmanager
async def connected_simulation(
    where: Whereabouts, *, seed: int, idle: IdleMonitor, start: date | None = None, last_day: date | None = None
) -> AsyncIterator[Simulation]:
    """A simulation that goes on where earlier ones ended.

    `last_day` is the last business day the services know, where Kafka no longer does. Raises StartsTooEarly when
    `start` is not after it.
    """
    topics = {where.topic_prefix + event.topic for event in EVENTS.values()}
    await create_topics(where.bootstrap_servers, topics, partitions=where.partitions)
    async with AsyncExitStack() as open_until_the_end:
        await open_until_the_end.enter_async_context(on_stage(where.bootstrap_servers, where.topic_prefix))
        said = await _said_before(where)
        day = _first_day(start, [d for d in (last_business_day(said), last_day) if d])
        ear = await open_until_the_end.enter_async_context(
            Ear(where.bootstrap_servers, HEARS, topic_prefix=where.topic_prefix)
        )
        voice = await open_until_the_end.enter_async_context(
            Voice(
                where.bootstrap_servers,
                Identities(f"simulation/{seed}/{day}"),
                idempotent=where.idempotent_producer,
                topic_prefix=where.topic_prefix,
            )
        )
        simulation = Simulation(seed=seed, start=day, ear=ear, voice=voice, idle=idle)
        await simulation.remember(said)
        if where.service_urls is not None:
            simulation.people = await open_until_the_end.enter_async_context(
                ar_department(where.service_urls, where.token_secret, seed, simulation.upstream)
            )
        yield simulation


async def _said_before(where: Whereabouts) -> Sequence[Event]:
    async with Ear(where.bootstrap_servers, REMEMBERED, topic_prefix=where.topic_prefix) as ear:
        return await ear.hear()


def _first_day(start: date | None, known: Sequence[date]) -> date:
    if not known:
        return start or FIRST_DAY
    last = max(known)
    if start is not None and start <= last:
        raise StartsTooEarly(f"the services are already on {last}: start after that day, not on {start}")
    return start or following_business_day(last)
