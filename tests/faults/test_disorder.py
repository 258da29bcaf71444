"""Events consumed in hostile orders: nothing is lost or stuck, and where order must not matter the end is the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from o2c.books.digest import digest_parts
from shared.contracts.erp import InvoiceBroughtForward, OrderCancelled
from shared.contracts.event import Event
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, allocated, customer, day, item, order, payment, price, shipped

NEXT_DAY = DAY + timedelta(days=1)
ORDERS, INVOICES = 8, 12
REGRETTED = "O-REGRETTED"
"""Ordered and cancelled in one breath. Whether credit approved it first or never had to depends on what it consumes
first, so its decisions are left out of the comparison; that nothing of it stays open is not."""


def masters() -> Sequence[Event]:
    """Two versions of everything, the older one first."""
    terms = {"net_days": 30}
    return [
        item(description="Once called thus"),
        item(version=2),
        price(unit_price="11.00"),
        price(version=2),
        *(customer(f"C-{n}", terms=terms) for n in range(4)),
        *(customer(f"C-{n}", version=2, terms=terms, name=f"Renamed {n}") for n in range(4)),
    ]


def business() -> Sequence[Event]:
    """Two days of all events of some orders, invoices and payments, except those of inventory control."""
    return [
        day(DAY),
        *(_invoice(n) for n in range(INVOICES)),
        *(order(f"O-{n}", f"C-{n % 4}", quantity=5) for n in range(ORDERS)),
        order(REGRETTED, "C-1", quantity=5),
        OrderCancelled(order_id=REGRETTED, customer_id="C-1", cancelled_on=DAY, reason="a mistake"),
        day(NEXT_DAY),
        *(_payment(n) for n in range(INVOICES)),
    ]


def answers() -> Sequence[Event]:
    return [allocated(f"O-{n}/R1", f"O-{n}", 5, customer_id=f"C-{n % 4}") for n in range(ORDERS)]


def shipments() -> Sequence[Event]:
    return [shipped(f"O-{n}/S1", f"O-{n}", 5, customer_id=f"C-{n % 4}") for n in range(ORDERS)]


def _invoice(n: int) -> InvoiceBroughtForward:
    return InvoiceBroughtForward(
        invoice_number=f"OLD-{n:02}", company_id=COMPANY, customer_id=f"C-{n % 4}", invoice_date=DAY,
        due_date=DAY + timedelta(days=30), currency="USD", amount=Decimal("100.00"),
    )  # fmt: skip


def _payment(n: int) -> Event:
    line = {"document_number": f"OLD-{n:02}", "amount": "60.00"}
    return payment(f"P-{n:02}", f"C-{n % 4}", "60.00", value_date=NEXT_DAY, remittance=[line])


async def consumed(world: World, *portions: Sequence[Event]) -> None:
    """All consume each portion before the next is published."""
    for portion in portions:
        await world.publish(*portion)
        await world.settle()


async def ended(world: World) -> dict[str, Any]:
    """Nothing is lost or stuck; the digest of the books, but for what credit decided of the regretted order."""
    await books_agree(world)
    open_items = "SELECT sum(open_amount), sum(original_amount) FROM open_item"
    assert await world.rows("cash_app", open_items) == [(INVOICES * 40 + ORDERS * 50, INVOICES * 100 + ORDERS * 50)]
    assert await world.rows("cash_app", "SELECT sum(unapplied_amount) FROM payment") == [(0,)]
    assert await world.rows("credit", "SELECT name FROM account WHERE customer_id = 'C-1'") == [("Renamed 1",)]
    for name in world.names:
        waiting = "SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL"
        assert await world.rows(name, waiting) == [(0,)], name
    for name, orders in (("invoicing", "customer_order"), ("credit", "open_order")):
        assert await world.rows(name, f"SELECT order_id FROM {orders} WHERE open_amount <> 0") == []
    parts: dict[str, Any] = dict(await digest_parts(world.databases))
    for part, table in (("credit/orders", "open_order"), ("credit/decisions", "order_decision")):
        decided = f"SELECT order_id, decision, decided_on FROM {table} WHERE order_id <> $1 ORDER BY 1, 2, 3"
        parts[part] = await world.rows("credit", decided, REGRETTED)
    return parts


async def answers_replayed(world: World) -> None:
    """Answers of inventory control to requests that were not sent yet wait as dead letters until they are replayed."""
    waiting = "SELECT event_id, topic FROM dead_letter WHERE replayed_at IS NULL ORDER BY 1"
    for event_id, topic in await world.rows("invoicing", waiting):
        assert topic == "StockAnswered"
        answer = await world.command("invoicing", "admin", f"/dead-letters/{event_id}/replay", {})
        assert answer.json()["status"] == "applied", answer.text


async def test_where_order_must_not_matter_the_end_is_the_same(kafka: Any, postgres: Any) -> None:
    """In order; and backwards: stock answers before the orders and so before credit's word, shipments before pick
    lists and orders, a cancellation before its order, payments before their invoices and both before their customers,
    old versions after new ones, a day's events after the next day began. Only prices are known before an order."""
    async with World(kafka, postgres) as world:
        await consumed(world, masters(), business(), answers(), shipments())
        natural = await ended(world)
    async with World(kafka, postgres) as world:
        hostile = [*reversed([*business(), *shipments()])]
        prices, customers = masters()[:4], masters()[4:]
        half = len(hostile) // 2
        await consumed(world, [*reversed(prices)], answers(), hostile[:half], [*reversed(customers)], hostile[half:])
        await answers_replayed(world)
        backwards = await ended(world)
    # Money that came before its customer went by way of the suspense account: the same balances by other postings.
    assert backwards.pop("cash_app/journal") != natural.pop("cash_app/journal")
    assert backwards == natural
