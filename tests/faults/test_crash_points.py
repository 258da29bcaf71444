"""Dying at every named place of the chassis: after a restart every order is decided once, every answer has one id."""

from __future__ import annotations

import signal
from typing import Any

import pytest

from shared.chassis.crash_points import CRASH_POINTS
from shared.contracts.credit import CreditApproved
from tests.kit import World
from tests.kit.process import ServiceProcess
from tests.kit.sample import customer, validated

ORDERS = 40


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_crash_loses_nothing_and_repeats_nothing(kafka: Any, postgres: Any, point: str) -> None:
    event = "CreditApproved" if point in ("after_publishing", "before_outbox_delete") else "OrderValidated"
    async with World(kafka, postgres, services=["credit"], as_processes=True) as world:
        await world.say(*(customer(f"C-{n}") for n in range(4)))
        async with ServiceProcess(world, "credit", O2C_CRASH_POINT=f"{point}:{event}") as credit:
            await world.say(*(validated(f"O-{n:02}", customer_id=f"C-{n % 4}") for n in range(ORDERS)))
            assert await credit.died() == -signal.SIGKILL
            await credit.start(O2C_CRASH_POINT="")
            await world.quiet()

        decided = await world.rows("credit", "SELECT order_id, decision FROM open_order ORDER BY order_id")
        assert decided == [(f"O-{n:02}", "approved") for n in range(ORDERS)]
        answers = world.heard(CreditApproved)
        assert {e.order_id for e in answers} == {f"O-{n:02}" for n in range(ORDERS)}
        assert len({e.context.id for e in answers}) == ORDERS
        if point not in ("after_publishing", "before_outbox_delete"):
            assert len(answers) == ORDERS
