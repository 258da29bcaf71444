"""Every named crash point x every handler there is: the process dies there once, and the books end the same.

What is to be survived is enumerated from the services' own declarations, so that a new handler cannot be forgotten:

- each event a service handles, at the four points of a batch: its ids claimed, before and after the commit of what
  its handlers did, before the batch's offsets are committed;
- each daily run, before and after the commit of a chunk;
- each step of background work, before and after its commit;
- each event a service publishes, at the two points of the relay: published, and not yet deleted from the outbox.

Each service is armed with all of its points and struck down at one after the other while the business continues; a
batch with several events that are still to be survived is one death for all of them. After each death it is started
again, armed with what is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

import pytest

from o2c.books.digest import digest_parts
from shared.chassis.transaction.crash_points import CRASH_POINTS
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.business.play import Undisturbed, play, running_as_processes
from tests.kit.stack.process import ServiceProcess

IN_A_BATCH: Final = ("after_claim", "before_commit", "after_commit", "before_offsets")
IN_A_DAILY_RUN: Final = ("before_commit", "after_commit")
IN_THE_BACKGROUND: Final = ("before_commit", "after_commit")
IN_THE_RELAY: Final = ("after_publishing", "before_outbox_delete")
STARTS_FAILED_MAX: Final = 5
"""A start may find Kafka busy and fail; it is tried again, as a restart policy would."""
MIGRATED_ALREADY: Final = """
from shared.chassis.declare import service
async def migrate(*_): pass
service.migrate = migrate
"""
"""Half of what a start costs, and nothing to do after the first one: the world has migrated the databases."""


def never_consumed(world: World, business: Undisturbed) -> dict[str, set[str]]:
    """By service, the events it handles that are not published in the business."""
    consumed = {name: {event.topic for event in world.service(name).handlers.subscriptions} for name in world.names}
    return {name: topics - business.published for name, topics in consumed.items() if topics - business.published}


def points_of(world: World, name: str, business: Undisturbed) -> set[str]:
    """Every point at which a service is to die. Of the events it could publish, those that it has reason to publish."""
    handlers = world.service(name).handlers
    consumed = {event.topic for event in handlers.subscriptions}
    return {
        *(f"{point}:{topic}" for point in IN_A_BATCH for topic in consumed),
        *(f"{point}:daily/{work}" for point in IN_A_DAILY_RUN for work in handlers.daily_work),
        *(
            f"{point}:{step}"
            for point in IN_THE_BACKGROUND
            for work in handlers.background_work.values()
            for step in work.crash_subjects(work.steps)
        ),
        *(f"{point}:{topic}" for point in IN_THE_RELAY for topic in business.by_producer[name]),
    }


class Doomed:
    """A service that is started again whenever it dies, until it has died at every point it was armed with."""

    def __init__(self, process: ServiceProcess, points: set[str]) -> None:
        self.left = set(points)
        self.deaths = 0
        self._process = process
        self._survived = 0
        self._starts_failed = 0

    async def live(self) -> None:
        """Known to Kafka by a name of its own, so that it need not miss the dead one first."""
        while True:
            armed = ",".join(sorted(self.left))
            await self._process.start(O2C_CRASH_POINT=armed, O2C_KAFKA_INSTANCE_ID=self._process.name)
            await self._process.died(stall_seconds=3600)
            reached = re.findall(r"^crash point (\S+)$", self._process.log.read_text(), re.MULTILINE)
            latest, self._survived = reached[self._survived :], len(reached)
            self._starts_failed = 0 if latest else self._starts_failed + 1
            log = self._process.log.read_text()[-4000:]
            assert self._starts_failed < STARTS_FAILED_MAX, f"{self._process.name} died by itself:\n{log}"
            self.deaths += bool(latest)
            self.left -= set(latest)


@contextlib.asynccontextmanager
async def doomed(
    world: World, processes: Mapping[str, ServiceProcess], business: Undisturbed
) -> AsyncIterator[dict[str, Doomed]]:
    """Arms all services; an error of theirs ends the block."""
    services = {name: Doomed(process, points_of(world, name, business)) for name, process in processes.items()}
    async with asyncio.TaskGroup() as lives:
        living = [lives.create_task(service.live()) for service in services.values()]
        yield services
        for life in living:
            life.cancel()


def test_every_named_point_is_enumerated() -> None:
    assert {*IN_A_BATCH, *IN_A_DAILY_RUN, *IN_THE_RELAY} == set(CRASH_POINTS)


async def test_dying_at_every_point_of_every_handler_changes_nothing(
    kafka: Any, postgres: Any, days_undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "simulator.transport.api_client._ATTEMPTS_MAX", 25
    )  # people try again until the service is back
    async with running_as_processes(kafka, postgres, started=False, prelude=MIGRATED_ALREADY) as (world, processes):
        missing = never_consumed(world, days_undisturbed)
        assert not missing, (
            f"handlers that no test can let die: {missing}; publish these in tests/kit/business/rare_business.py"
        )
        async with doomed(world, processes, days_undisturbed) as services:
            await play(world)
            await books_agree(world)
        print("deaths:", {name: service.deaths for name, service in services.items()})
        left = {name: sorted(service.left) for name, service in services.items() if service.left}
        assert not left, f"never reached: {left}; let it happen in tests/kit/business/rare_business.py"
        assert await digest_parts(world.databases) == days_undisturbed.books
