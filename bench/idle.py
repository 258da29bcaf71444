"""What a stack costs while nothing happens: CPU of each service over some seconds, and a lone order beside it.

A service that waited longer between two looks would be cheaper and slower; so both are measured in the same run.
"""

from __future__ import annotations

import asyncio
import random
from decimal import Decimal
from typing import Final

from bench import documents
from bench.doing import Doing
from bench.five import five_databases, five_services
from bench.latency import STAGES, one_by_one, percentiles
from bench.results import Line, Part
from bench.servers import Servers
from bench.world import INVENTORY_CONTROL, World

PERCENT_EACH_GOAL: Final = 1.0
PERCENT_TOGETHER_GOAL: Final = 5.0
LONE_ORDERS: Final = 30
_CUSTOMERS: Final = 10
_SETTLE_SECONDS: Final = 8.0
"""After the last event, a service needs some seconds before it waits as long as it does in the night."""
_BETWEEN_ORDERS_SECONDS: Final = 1.5
"""Long enough that each order meets services that wait."""
_SEED: Final = 20260303


async def idle(servers: Servers, seconds: int, doing: Doing) -> Part:
    """CPU of five services that have nothing to do for so many seconds; then orders one by one."""
    doing("starting all five services", 0)
    dice = random.Random(_SEED)
    known = [documents.customer(n, credit_limit=Decimal("999999999.00")) for n in range(_CUSTOMERS)]
    async with five_databases(servers, "idle") as databases, five_services(servers, databases, "idle") as five:
        await five.publish([documents.day(), *documents.catalogue(), *known], "idle/known")
        await five.rest()
        orders = [documents.order_placed(n, dice.randrange(_CUSTOMERS), dice) for n in range(2 * LONE_ORDERS)]
        async with World(five, INVENTORY_CONTROL, STAGES) as world:
            doing("one order after the other", 0)
            await one_by_one(world, orders[:5])
            close = await one_by_one(world, orders[5:LONE_ORDERS])
            apart = []
            for order in orders[LONE_ORDERS:]:
                await asyncio.sleep(_BETWEEN_ORDERS_SECONDS)
                apart += await one_by_one(world, [order])
        await five.rest()
        doing(f"nothing, for {seconds} s", 0)
        await asyncio.sleep(_SETTLE_SECONDS)
        before = five.cpu_seconds()
        await asyncio.sleep(seconds)
        after = five.cpu_seconds()
        five.all_alive()
        services = set(five.children)
    percent = {name: 100 * (after[name] - before[name]) / seconds for name in after}
    return _part({name: percent[name] for name in services}, percent, close, apart)


def _part(services: dict[str, float], percent: dict[str, float], close: list[float], apart: list[float]) -> Part:
    together, largest = sum(services.values()), max(services.values())
    each = ", ".join(f"{name} {value:.2f}" for name, value in sorted(percent.items()))
    following, lone = percentiles(close), percentiles(apart)
    lines = [
        Line(
            "idle",
            "CPU of a service that has nothing to do, the largest",
            f"{largest:.2f} % of a core",
            f"%: {each}",
            f"under {PERCENT_EACH_GOAL:.0f} %",
            largest < PERCENT_EACH_GOAL,
        ),
        Line(
            "idle",
            "CPU of five idle services together",
            f"{together:.2f} % of a core",
            "PostgreSQL and Kafka apart",
            f"under {PERCENT_TOGETHER_GOAL:.0f} %",
            together < PERCENT_TOGETHER_GOAL,
        ),
        Line(
            "idle",
            "a lone order from OrderPlaced to InvoicePosted",
            f"p50 {lone['p50']:,.0f} ms",
            f"most {lone['max']:,.0f} ms, each after {_BETWEEN_ORDERS_SECONDS} s of rest; "
            f"one right after the other p50 {following['p50']:,.0f}, most {following['max']:,.0f} ms",
        ),
    ]
    return Part(lines, [], {"percent": percent, "lone": lone, "following": following})
