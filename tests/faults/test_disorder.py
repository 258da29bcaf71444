"""Events heard in hostile orders: nothing is lost or stuck, and where order must not matter the end is the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from o2c.books.digest import digest_parts
from shared.contracts.erp import InvoiceBroughtForward, OrderCancelled
from shared.contracts.event import Event
from tests.kit import World
from tests.kit.books import books_agree
from tests.kit.sample import COMPANY, DAY, allocated, customer, day, item, order, payment, price, shipped

NEXT_DAY = DAY + timedelta(days=1)
ORDERS, INVOICES = 8, 12


def masters() -> Sequence[Event]:
    """Two versions of every customer among them."""
    first = [customer(f"C-{n}", terms={"net_days": 30}) for n in range(4)]
    renamed = [customer(f"C-{n}", version=2, terms={"net_days": 30}, name=f"Renamed {n}") for n in range(4)]
    return [item(), price(), *first, *renamed]


def business() -> Sequence[Event]:
    """Two days of all that is said of some orders, invoices and payments, but for inventory control's answers."""
    return [
        day(DAY),
        *(_invoice(n) for n in range(INVOICES)),
        *(order(f"O-{n}", f"C-{n % 4}", quantity=5) for n in range(ORDERS)),
        order("O-MISTAKE", "C-1", quantity=5),
        OrderCancelled(order_id="O-MISTAKE", customer_id="C-1", cancelled_on=DAY, reason="a mistake"),
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


async def heard_in_order(kafka: Any, postgres: Any, *portions: Sequence[Event]) -> dict[str, str]:
    """The digest after these portions, each heard by all before the next is said."""
    async with World(kafka, postgres) as world:
        for portion in portions:
            await world.say(*portion)
            await world.quiet()
        await books_agree(world)
        open_items = "SELECT sum(open_amount), sum(original_amount) FROM open_item"
        assert await world.rows("cash_app", open_items) == [(INVOICES * 40 + ORDERS * 50, INVOICES * 100 + ORDERS * 50)]
        assert await world.rows("cash_app", "SELECT sum(unapplied_amount) FROM payment") == [(0,)]
        assert await world.rows("credit", "SELECT name FROM account WHERE customer_id = 'C-1'") == [("Renamed 1",)]
        for name in world.names:
            assert await world.rows(name, "SELECT count(*) FROM dead_letter") == [(0,)]
        orders = "SELECT order_id FROM customer_order WHERE open_amount <> 0"
        assert await world.rows("invoicing", orders) == []
        return await digest_parts(world.databases)


async def test_where_order_must_not_matter_the_end_is_the_same(kafka: Any, postgres: Any) -> None:
    """In order; and backwards, but for prices before orders and answers after what they answer: shipments before
    their orders and pick lists, cancellations before orders, payments before invoices, both before their customers,
    old versions after new ones, the next day before the one before it."""
    natural = await heard_in_order(kafka, postgres, masters(), business(), answers(), shipments())
    hostile = [*reversed([*business(), *shipments()])]
    prices, customers = masters()[:2], masters()[2:]
    portions = (hostile[: len(hostile) // 2], hostile[len(hostile) // 2 :])
    ended = await heard_in_order(kafka, postgres, prices, portions[0], [*reversed(customers)], portions[1], answers())
    # Money that came before its customer went by way of the suspense account: the same balances by other postings.
    assert ended.pop("cash_app/journal") != natural.pop("cash_app/journal")
    assert ended == natural
