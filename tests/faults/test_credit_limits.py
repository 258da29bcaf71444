"""Replicas of credit and a flood of small orders: together they pass no limit, a customer's own or a pool's."""

from __future__ import annotations

import asyncio
import contextlib
import random
from decimal import Decimal
from typing import Any

from tests.kit import World
from tests.kit.events.sample import DAY, customer, day, validated
from tests.kit.stack.process import ServiceProcess

REPLICAS, ORDERS, CUSTOMERS = 3, 1_000, 9
OWN_LIMIT, POOL = Decimal(600), Decimal(3_000)
"""All own limits together are above the pool, and each is below what its customer orders."""


async def test_a_flood_over_three_replicas_passes_no_limit(kafka: Any, postgres: Any) -> None:
    async with (
        World(kafka, postgres, services=["credit"], as_processes=True) as world,
        contextlib.AsyncExitStack() as up,
    ):
        replicas = [
            await up.enter_async_context(ServiceProcess(world, "credit", O2C_KAFKA_SESSION_SECONDS="15"))
            for _ in range(REPLICAS)
        ]
        await asyncio.gather(*(replica.until_ready() for replica in replicas))
        buyers = [f"C-{n}" for n in range(CUSTOMERS)]
        await world.publish(day(DAY), *(customer(buyer, credit_limit=OWN_LIMIT) for buyer in buyers))
        await world.settle()
        group = {"name": "All", "currency": "USD", "pooled_limit": str(POOL), "members": buyers, "reason": "one owner"}
        answer = await world.command("credit", "credit_manager", "/groups/C-0", group, method="PUT")
        assert answer.status_code == 200, answer.text

        dice = random.Random(7)
        await world.publish(
            *(
                validated(f"O-{n:04}", dice.choice(buyers), str(Decimal(dice.randrange(100, 2_000)).scaleb(-2)))
                for n in range(ORDERS)
            )
        )
        await world.settle(120)

        by_customer = dict(
            await world.rows(
                "credit",
                "SELECT customer_id, sum(open_amount) FROM open_order WHERE decision = 'approved' GROUP BY customer_id",
            )
        )
        carried = dict(await world.rows("credit", "SELECT customer_id, open_orders_total FROM account"))
        assert carried == {buyer: by_customer.get(buyer, 0) for buyer in buyers}
        assert all(total <= OWN_LIMIT for total in by_customer.values())
        assert POOL - 20 < sum(by_customer.values()) <= POOL
        assert await world.rows("credit", "SELECT count(*) FROM order_decision") == [(ORDERS,)]
        assert await world.rows("credit", "SELECT count(*) FROM dead_letter") == [(0,)]
