"""Some days of the simulated business in one world, the AR department at work wherever the services run just then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from shared.chassis.auth import issue_token
from shared.chassis.envelope import Encoded
from shared.contracts import EVENTS
from simulator.domain.calendar import business_day, business_days
from simulator.domain.dice import Dice
from simulator.domain.upstream import Saying
from simulator.people import CashClerk, Collector, Controller, CreditManager, Desk
from simulator.running import FIRST_DAY, Whereabouts, connected_simulation
from simulator.world import SaysEvents, Simulation
from tests.kit.world import PARTITIONS, SECRET, Doors, World

SEED: Final = 20_260_101
DAYS: Final[Sequence[date]] = business_days(FIRST_DAY, 1)[:3]
"""A weekend is among them, and so is everything people do."""


@asynccontextmanager
async def business(world: World, *, seed: int = SEED) -> AsyncIterator[Simulation]:
    """A simulation of this world, people included."""
    kafka = world.kafka
    where = Whereabouts(kafka.bootstrap_servers, kafka.idempotent, PARTITIONS, topic_prefix=world.prefix)
    await world.quiet(180.0)  # processes are still starting
    async with (
        connected_simulation(where, seed=seed, quiet=world.at_rest) as simulation,
        httpx.AsyncClient(transport=Doors(world), timeout=30.0) as client,
    ):
        simulation.people = _department(client, simulation, seed)
        yield simulation


def _department(client: httpx.AsyncClient, simulation: Simulation, seed: int) -> Sequence[Any]:
    def desk(service: str, role: str) -> Desk:
        return Desk(client, f"http://{service}", issue_token(SECRET, f"the {role}", [role], 1))

    dice = Dice(seed)
    return (
        Controller([desk(service, "controller") for service in ("invoicing", "cash_app")]),
        CashClerk(desk("cash_app", "cash_clerk"), simulation.upstream.customers),
        CreditManager(desk("credit", "credit_manager"), dice),
        Collector(desk("collections", "collector"), dice),
    )


async def play_days(simulation: Simulation) -> None:
    for day in DAYS:
        await simulation.play_day(business_day(day))


class TwiceSaid:
    """A voice that says everything twice: the second time under the ids of the first."""

    def __init__(self, voice: SaysEvents) -> None:
        self._voice = voice

    async def say(self, sayings: Sequence[Saying], day: date) -> None:
        await self._voice.say(sayings, day)
        await self._voice.say(sayings, day)


class Echo:
    """Says every record of a world's topics once more, the services' own included."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._repeated_to: dict[TopicPartition, int] = {}

    async def repeat_everything_new(self) -> int:
        """What was said since the last call and was no echo; how many records."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._world.kafka.bootstrap_servers, group_id=None)
        await consumer.start()
        try:
            places = [
                TopicPartition(self._world.prefix + event.topic, partition)
                for event in EVENTS.values()
                for partition in range(PARTITIONS)
            ]
            consumer.assign(places)
            records = await self._new_records(consumer, await consumer.end_offsets(places))
            await self._world.say_encoded(*map(self._again, records))
            self._repeated_to = await consumer.end_offsets(places)
        finally:
            await consumer.stop()
        return len(records)

    async def _new_records(self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> list[Any]:
        behind = {place for place, end in ends.items() if self._repeated_to.get(place, 0) < end}
        for place in ends:
            consumer.seek(place, self._repeated_to.get(place, 0))
        records: list[Any] = []
        while behind:
            for found in (await consumer.getmany(timeout_ms=100)).values():
                records += found
            behind = {place for place in behind if await consumer.position(place) < ends[place]}
        return records

    def _again(self, record: Any) -> Encoded:
        topic = record.topic.removeprefix(self._world.prefix)
        return Encoded(topic, record.key, record.value, list(record.headers))
