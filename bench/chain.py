"""The whole chain: orders through all five services until the cash is applied, the books agreeing in the end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from bench import documents
from bench.documents import LINES
from bench.doing import Doing
from bench.five import Five, five_databases, five_services
from bench.results import BenchFailed, Line, Part
from bench.servers import Servers
from bench.world import INVENTORY_CONTROL, Answer, World
from o2c.books.check import check_books
from o2c.stack import SERVICES
from o2c.stack.idle import STALL_SECONDS
from shared.chassis.observe.stall_watch import Stalled, wait_until
from shared.contracts.cash_app import PaymentApplied
from shared.contracts.erp import PaymentReceived
from shared.contracts.event import Event
from shared.contracts.invoicing import InvoicePosted

CUSTOMERS: Final = 1_000
_SEED: Final = 20260302
_DISCOUNT_EVERY: Final = 4
_POLL_SECONDS: Final = 0.05

_DONE: Final = {
    "invoicing": ("orders invoiced and closed", "SELECT count(*) FROM customer_order WHERE state = 'Closed'"),
    "credit": ("orders approved", "SELECT count(*) FROM order_decision WHERE decision = 'approved'"),
    "cash_app": ("payments applied", "SELECT count(*) FROM payment WHERE state = 'applied'"),
    "collections": ("items paid", "SELECT count(*) FROM open_item WHERE open_amount = 0"),
    "analytics": ("items closed", "SELECT count(*) FROM item WHERE closed_on IS NOT NULL"),
}


@dataclass(frozen=True, slots=True)
class _Played:
    seconds: float
    """From the first order published to the last payment reported as applied."""
    cpu_seconds: dict[str, float]
    """From the first order until the services were idle."""


async def chain(servers: Servers, orders: int, doing: Doing) -> Part:
    """So many orders at once, each shipped and paid at once. Raises BenchFailed where the books do not agree."""
    doing("starting all five services", 0)
    async with five_databases(servers, "chain") as databases, five_services(servers, databases, "chain") as five:
        await five.publish(_known(), "chain/known")
        await five.rest()
        played = await _play(five, orders, doing)
        doing("checking the books", orders)
        await _check(five, orders)
    return _part(played, orders, five)


def _known() -> list[Event]:
    limit = Decimal("999999999.00")
    customers = [documents.customer(n, credit_limit=limit) for n in range(CUSTOMERS)]
    return [documents.day(), *documents.catalogue(), *customers]


async def _play(five: Five, count: int, doing: Doing) -> _Played:
    dice = random.Random(_SEED)
    orders = [documents.order_placed(n, dice.randrange(CUSTOMERS), dice) for n in range(count)]
    answers: dict[type[Event], Answer] = {**INVENTORY_CONTROL, InvoicePosted: _Payers()}
    async with World(five, answers, [PaymentApplied]) as world:
        used, started = five.cpu_seconds(), time.perf_counter()
        publishing = asyncio.create_task(five.publish(orders, "chain/orders"))
        applied = await _until_applied(world, count, doing)
        await publishing
        await five.rest()
        cpu = {who: seconds - used[who] for who, seconds in five.cpu_seconds().items()}
    return _Played(applied - started, cpu)


class _Payers:
    """Customers pay each invoice at once, one in four with its discount."""

    def __init__(self) -> None:
        self._paid = 0

    def __call__(self, invoice: InvoicePosted) -> PaymentReceived:
        self._paid += 1
        return documents.payment(self._paid, invoice, with_discount=self._paid % _DISCOUNT_EVERY == 0)


async def _until_applied(world: World, count: int, doing: Doing) -> float:
    """When the last payment was reported as applied."""
    applied = world.seen_at[PaymentApplied]

    async def look() -> Mapping[str, object] | None:
        world.all_well()
        doing("orders until cash is applied", len(applied))
        seen = {event.__name__: len(at) for event, at in world.seen_at.items()}
        return seen if len(applied) < count else None

    try:
        await wait_until(look, stall_seconds=STALL_SECONDS, poll_seconds=_POLL_SECONDS)
    except Stalled as stalled:
        raise BenchFailed(f"of {count:,} orders {len(applied):,} are paid: {stalled}") from None
    return max(applied.values())


async def _check(five: Five, orders: int) -> None:
    for service, (words, sql) in _DONE.items():
        found = await five.value(service, sql)
        if found != orders:
            raise BenchFailed(f"{service}: {words}: {found:,} instead of {orders:,}")
    description = five.description
    report = await check_books(
        description.databases, description.kafka_bootstrap_servers, None, topic_prefix=five.prefix
    )
    if not report.agree:
        raise BenchFailed(f"the books do not agree: {report.as_dict()}")


def _part(played: _Played, orders: int, five: Five) -> Part:
    per_order = {who: seconds * 1000 / orders for who, seconds in played.cpu_seconds.items()}
    services = sum(per_order[name] for name in SERVICES)
    spent = ", ".join(f"{who} {ms:.2f}" for who, ms in sorted(per_order.items(), key=lambda entry: -entry[1]))
    lines = [
        Line(
            "chain",
            "orders until cash is applied",
            f"{orders / played.seconds:,.0f} orders/s",
            f"{orders:,} orders of {LINES} lines in {played.seconds:.1f} s; the books agree",
        ),
        Line("chain", "CPU of the services", f"{services:.2f} ms an order", f"ms an order: {spent}"),
        five.memory("chain"),
    ]
    details: dict[str, Any] = {
        "orders": orders,
        "seconds": round(played.seconds, 3),
        "orders_per_second": round(orders / played.seconds, 1),
        "cpu_seconds_per_order": {who: round(ms / 1000, 6) for who, ms in per_order.items()},
        "books_agree": True,
        "resident_megabytes_max": {who: round(size, 1) for who, size in five.resident_megabytes.items()},
    }
    return Part(lines, [], details)
