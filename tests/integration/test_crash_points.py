"""Dying at every named place of the chassis: after a restart every order is decided once, every answer has one id."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from shared.chassis.transaction.crash_points import CRASH_POINTS
from shared.contracts.credit import CreditApproved
from tests.kit import World
from tests.kit.events.sample import customer, validated
from tests.kit.stack.process import ServiceProcess

ORDERS = 40
MANY = 3_000


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_crash_loses_nothing_and_repeats_nothing(kafka: Any, postgres: Any, point: str) -> None:
    event = "CreditApproved" if point in ("after_publishing", "before_outbox_delete") else "OrderValidated"
    async with World(kafka, postgres, services=["credit"], as_processes=True) as world:
        await world.publish(*(customer(f"C-{n}") for n in range(4)))
        async with ServiceProcess(world, "credit", O2C_CRASH_POINT=f"{point}:{event}") as credit:
            await world.publish(*(validated(f"O-{n:02}", customer_id=f"C-{n % 4}") for n in range(ORDERS)))
            assert await credit.died() == -signal.SIGKILL
            await credit.start(O2C_CRASH_POINT="")
            await world.settle()

        decided = await world.rows("credit", "SELECT order_id, decision FROM open_order ORDER BY order_id")
        assert decided == [(f"O-{n:02}", "approved") for n in range(ORDERS)]
        answers = world.published(CreditApproved)
        assert {e.order_id for e in answers} == {f"O-{n:02}" for n in range(ORDERS)}
        assert len({e.context.id for e in answers}) == ORDERS
        if point not in ("after_publishing", "before_outbox_delete"):
            assert len(answers) == ORDERS


async def test_a_graceful_stop_finishes_the_batch_in_hand(kafka: Any, postgres: Any) -> None:
    """When it is stopped in the middle of many events, the service ends with 0, and nothing is done twice."""
    async with World(kafka, postgres, services=["credit"], as_processes=True) as world:
        await world.publish(*(customer(f"C-{n}", credit_limit="1000000.00") for n in range(9)))
        async with ServiceProcess(world, "credit", O2C_BATCH_EVENTS_MAX="200") as credit:
            await world.settle()
            await world.publish(*(validated(f"O-{n:04}", customer_id=f"C-{n % 9}") for n in range(MANY)))
            credit.signal(signal.SIGTERM)
            assert await credit.died() == 0
            (handled,) = await world.rows("credit", "SELECT count(*) FROM open_order")
            await credit.start()
            await world.settle()
            async with world.http("credit") as anyone:
                metrics = (await anyone.get("/metrics")).text

        assert handled[0] < MANY
        assert "o2c_events_duplicate_total 0.0" in metrics
        assert (
            len(world.published(CreditApproved)) == MANY == len({e.context.id for e in world.published(CreditApproved)})
        )
