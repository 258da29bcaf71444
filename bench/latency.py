"""How long an order takes from OrderPlaced to InvoicePosted, inventory control answering and shipping at once."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import quantiles
from typing import Any, Final

from bench import documents
from bench.doing import Doing
from bench.five import Five, five_databases, five_services
from bench.results import BenchFailed, Line, Part
from bench.servers import Servers
from bench.world import INVENTORY_CONTROL, World
from o2c.stack.idle import STALL_SECONDS
from shared.chassis.observe.stall_watch import Stalled, wait_until
from shared.contracts.credit import CreditApproved
from shared.contracts.event import Event
from shared.contracts.invoicing import InvoicePosted, OrderValidated, PickListReleased, StockRequested

PER_SECOND: Final = 200
GOAL_MS: Final = 250
CUSTOMERS: Final = 1_000
LONE_ORDERS: Final = 30
_WARM_UP_SECONDS: Final = 3
_SEED: Final = 20260302
_POLL_SECONDS: Final = 0.002
STAGES: Final[tuple[type[Event], ...]] = (
    OrderValidated, CreditApproved, StockRequested, PickListReleased, InvoicePosted,
)  # fmt: skip


async def latency(servers: Servers, seconds: int, doing: Doing) -> Part:
    """Orders at a steady rate for so many seconds after warming up, then some one by one.

    An order's time begins when it was due to be published, even where it was published late. Raises BenchFailed
    where one is lost.
    """
    doing("starting all five services", 0)
    dice = random.Random(_SEED)
    limit = Decimal("999999999.00")
    known = [documents.customer(n, credit_limit=limit) for n in range(CUSTOMERS)]
    async with five_databases(servers, "latency") as databases, five_services(servers, databases, "latency") as five:
        await five.publish([documents.day(), *documents.catalogue(), *known], "latency/known")
        await five.rest()
        async with World(five, INVENTORY_CONTROL, STAGES) as world:
            count = (_WARM_UP_SECONDS + seconds) * PER_SECOND
            orders = [documents.order_placed(n, dice.randrange(CUSTOMERS), dice) for n in range(count + LONE_ORDERS)]
            due = await _steadily(world, orders[:count], doing)
            await _until_invoiced(world, due)
            doing("one order at a time", count)
            lone = await one_by_one(world, orders[count:])
        await five.rest()
        await _check(five, len(orders))
    measured = list(due)[_WARM_UP_SECONDS * PER_SECOND :]
    return _part(world, {order: due[order] for order in measured}, lone, five)


async def _steadily(world: World, orders: Sequence[Any], doing: Doing) -> dict[str, float]:
    """Publishes the orders at the rate; returns when each was due."""
    due: dict[str, float] = {}
    started = time.perf_counter()
    for number, order in enumerate(orders):
        due[order.order_id] = started + number / PER_SECOND
        wait = due[order.order_id] - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        await world.publish(order)
        if number % PER_SECOND == 0:
            world.all_well()
            doing(f"{PER_SECOND} orders/s", number)
    return due


async def one_by_one(world: World, orders: Sequence[Any]) -> list[float]:
    """Milliseconds of orders that come when nothing else is to be done."""
    taken = []
    for order in orders:
        due = {order.order_id: time.perf_counter()}
        await world.publish(order)
        await _until_invoiced(world, due)
        taken.append((world.seen_at[InvoicePosted][order.order_id] - due[order.order_id]) * 1000)
    return taken


async def _until_invoiced(world: World, due: dict[str, float]) -> None:
    """Returns when all of these orders are invoiced."""
    invoiced = world.seen_at[InvoicePosted]

    async def look() -> Mapping[str, object] | None:
        world.all_well()
        missing = due.keys() - invoiced.keys()
        return {"orders to be invoiced": len(missing)} if missing else None

    try:
        await wait_until(look, stall_seconds=STALL_SECONDS, poll_seconds=_POLL_SECONDS)
    except Stalled as stalled:
        raise BenchFailed(f"of {len(due):,} orders some are not invoiced: {stalled}") from None


async def _check(five: Five, orders: int) -> None:
    found = await five.value("invoicing", "SELECT count(*) FROM customer_order WHERE state = 'Closed'")
    items = await five.value("cash_app", "SELECT count(*) FROM open_item")
    if (found, items) != (orders, orders):
        raise BenchFailed(f"of {orders:,} orders {found:,} are invoiced and {items:,} became open items")


def _part(world: World, due: dict[str, float], lone: list[float], five: Five) -> Part:
    stages = {}
    for event in STAGES:
        seen = world.seen_at[event]
        stages[event.__name__] = percentiles([(seen[order] - at) * 1000 for order, at in due.items()])
    whole, alone = stages[InvoicePosted.__name__], percentiles(lone)
    median = ", ".join(f"{name} {figures['p50']:.0f}" for name, figures in stages.items())
    lines = [
        Line(
            "latency",
            f"OrderPlaced to InvoicePosted at {PER_SECOND} orders/s",
            f"p99 {whole['p99']:,.0f} ms",
            f"p50 {whole['p50']:,.0f}, p99 {whole['p99']:,.0f}, p99.9 {whole['p99.9']:,.0f}, "
            f"most {whole['max']:,.0f} ms; {len(due):,} orders",
            f"p99 under {GOAL_MS} ms",
            whole["p99"] < GOAL_MS,
        ),
        Line(
            "latency", "a lone order", f"p50 {alone['p50']:,.0f} ms", f"most {alone['max']:,.0f} ms; {len(lone)} orders"
        ),
        five.memory("latency"),
    ]
    notes = [f"latency: median time until each event, in ms: {median}"]
    details = {
        "orders": len(due),
        "per_second": PER_SECOND,
        "milliseconds": stages,
        "lone": alone,
        "resident_megabytes_max": five.resident_megabytes,
    }
    return Part(lines, notes, details)


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    cuts = quantiles(milliseconds, n=1000, method="inclusive")
    found = {"p50": cuts[499], "p99": cuts[989], "p99.9": cuts[998], "max": max(milliseconds)}
    return {name: round(value, 2) for name, value in found.items()}
