"""A simulation connected to running services."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from typing import Final

from shared.chassis.publish.topics import create_topics
from shared.contracts import EVENTS
from shared.contracts.event import Event
from simulator.calendar import following_business_day
from simulator.people.ar_department import ar_department
from simulator.systems.resume import REMEMBERED, last_business_day
from simulator.systems.upstream import SUBSCRIPTIONS
from simulator.transport.connection_info import ConnectionInfo
from simulator.transport.event_publisher import EventPublisher, Identities
from simulator.transport.event_reader import EventReader
from simulator.transport.simulation_lease import simulation_lease
from simulator.world import IdleMonitor, Simulation

FIRST_DAY: Final = date(2026, 1, 1)
"""The first day of the simulated business, unless another one is named."""


class StartsTooEarly(ValueError):
    """The services already know a later business day than the one the simulation is to start on."""


@asynccontextmanager
async def connected_simulation(
    connection: ConnectionInfo, *, seed: int, idle: IdleMonitor, start: date | None = None, last_day: date | None = None
) -> AsyncIterator[Simulation]:
    """A simulation that continues where earlier ones ended.

    `last_day` is the last business day the services know, for when Kafka no longer has it. Raises StartsTooEarly when
    `start` is not after it.
    """
    topics = {connection.topic_prefix + event.topic for event in EVENTS.values()}
    await create_topics(connection.bootstrap_servers, topics, partitions=connection.partitions)
    async with AsyncExitStack() as open_until_the_end:
        await open_until_the_end.enter_async_context(
            simulation_lease(connection.bootstrap_servers, connection.topic_prefix)
        )
        published = await _published_before(connection)
        day = _first_day(start, [d for d in (last_business_day(published), last_day) if d])
        reader = await open_until_the_end.enter_async_context(
            EventReader(connection.bootstrap_servers, SUBSCRIPTIONS, topic_prefix=connection.topic_prefix)
        )
        publisher = await open_until_the_end.enter_async_context(
            EventPublisher(
                connection.bootstrap_servers,
                Identities(f"simulation/{seed}/{day}"),
                idempotent=connection.idempotent_producer,
                topic_prefix=connection.topic_prefix,
            )
        )
        simulation = Simulation(seed=seed, start=day, reader=reader, publisher=publisher, idle=idle)
        await simulation.resume(published)
        if connection.service_urls is not None:
            simulation.people = await open_until_the_end.enter_async_context(
                ar_department(connection.service_urls, connection.token_secret, seed, simulation.upstream)
            )
        yield simulation


async def _published_before(connection: ConnectionInfo) -> Sequence[Event]:
    async with EventReader(connection.bootstrap_servers, REMEMBERED, topic_prefix=connection.topic_prefix) as reader:
        return await reader.read()


def _first_day(start: date | None, known: Sequence[date]) -> date:
    if not known:
        return start or FIRST_DAY
    last = max(known)
    if start is not None and start <= last:
        raise StartsTooEarly(f"the services are already on {last}: start after that day, not on {start}")
    return start or following_business_day(last)
