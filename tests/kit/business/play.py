"""The business that faults disturb: some simulated days, the AR department at work, then what seldom happens.

It is played against a world's services wherever they run just then, in the test's process or in their own. The same
seed ends in the same books, so whatever a test does meanwhile, its digest is compared with that of an undisturbed run.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import httpx

from o2c.books.digest import digest_parts
from shared.chassis.auth import issue_token
from shared.contracts import EVENTS
from simulator.calendar import business_day, business_days
from simulator.connected_simulation import FIRST_DAY, connected_simulation
from simulator.dice import Dice
from simulator.people.clerks import CashClerk, Collector, Controller
from simulator.people.credit_people import CreditAnalyst, CreditManager, HeadOfCredit
from simulator.people.underwriter import Underwriter
from simulator.transport.api_client import ApiClient
from simulator.transport.connection_info import ConnectionInfo
from simulator.world import Simulation
from tests.kit.business.books import books_agree
from tests.kit.business.rare_business import RareBusiness
from tests.kit.faults.duplicates import PublishesTwice
from tests.kit.stack.process import ServiceProcess
from tests.kit.stack.world import PARTITIONS, SECRET, Doors, World

SEED: Final = 20_260_101
DAYS: Final[Sequence[date]] = business_days(FIRST_DAY, 1)[:3]
"""A weekend is among them, and so is everything people do."""
_STALL_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """What the business comes to when nothing goes wrong."""

    books: dict[str, str]
    """The digest of each part of the books."""
    by_producer: Mapping[str, frozenset[str]]
    """By producer, the events that were published."""

    @property
    def published(self) -> frozenset[str]:
        return frozenset().union(*self.by_producer.values())


async def undisturbed(kafka: Any, postgres: Any) -> Undisturbed:
    async with World(kafka, postgres) as world:
        await play(world)
        await books_agree(world)
        by_producer: defaultdict[str, set[str]] = defaultdict(set)
        for event_type in EVENTS.values():
            for event in world.published(event_type):
                # without a cause the test published it for a service
                by_producer[event.context.source if event.context.causation_id else "outside"].add(event.topic)
        return Undisturbed(
            await digest_parts(world.databases),
            {producer: frozenset(topics) for producer, topics in by_producer.items()},
        )


@contextlib.asynccontextmanager
async def running_as_processes(
    kafka: Any, postgres: Any, *, started: bool = True, prelude: str = "", **settings: str
) -> AsyncIterator[tuple[World, dict[str, ServiceProcess]]]:
    """A world whose five services are processes, ended with it; `started=False` leaves their start to the test."""
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:
        processes = {name: ServiceProcess(world, name, prelude=prelude, **settings) for name in world.names}
        for process in processes.values():
            running.push_async_callback(process.stop)
            if started:
                await process.start()
        yield world, processes


async def play(
    world: World,
    *,
    seed: int = SEED,
    twice: bool = False,
    after_day: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Plays all of it. `twice`: the upstream publishes everything twice, under the same ids."""
    await world.settle(_STALL_SECONDS)
    where = ConnectionInfo(world.kafka.bootstrap_servers, world.kafka.idempotent, PARTITIONS, topic_prefix=world.prefix)
    async with (
        connected_simulation(where, seed=seed, idle=world.at_rest) as simulation,
        httpx.AsyncClient(transport=Doors(world), timeout=30.0) as client,
    ):
        simulation.people = _department(client, simulation, seed)
        if twice:
            simulation._publisher = PublishesTwice(simulation._publisher)
        for day in DAYS:
            await simulation.play_day(business_day(day))
            if after_day is not None:
                await after_day()
        await RareBusiness(simulation, lambda service, role: desk(client, service, role), after=DAYS[-1]).happens()
        if after_day is not None:
            await after_day()


def desk(client: httpx.AsyncClient, service: str, role: str) -> ApiClient:
    return ApiClient(client, f"http://{service}", issue_token(SECRET, f"the {role}", [role], 1))


def _department(client: httpx.AsyncClient, simulation: Simulation, seed: int) -> Sequence[Any]:
    dice = Dice(seed)
    return (
        Controller([desk(client, service, "controller") for service in ("invoicing", "cash_app")]),
        CashClerk(desk(client, "cash_app", "cash_clerk"), simulation.upstream.customers),
        CreditManager(desk(client, "credit", "credit_manager"), dice),
        CreditAnalyst(desk(client, "credit", "credit_analyst"), dice),
        HeadOfCredit(desk(client, "credit", "credit_manager"), dice),
        Underwriter(desk(client, "credit", "credit_manager"), dice),
        Collector(desk(client, "collections", "collector"), dice),
    )
