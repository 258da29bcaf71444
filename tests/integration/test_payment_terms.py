"""Payment terms and order limits from the ERP, on real Kafka and PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shared.contracts.invoicing import InvoicePosted, OrderRejected, StockRequested
from tests.integration.test_invoicing import approved, dead_letters, masters
from tests.kit import World
from tests.kit.events.sample import DAY, allocated, customer, order, payment, shipped

END_OF_MONTH_ON_THE_10TH = {"net_days": 30, "end_of_month": "after_days", "days_of_month": [10]}


async def test_an_invoice_is_due_by_the_end_of_month_terms_of_its_customer(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world, terms=END_OF_MONTH_ON_THE_10TH)
        await world.publish(order(quantity=10))
        await world.settle()
        await world.publish(approved())
        await world.settle()
        await world.publish(allocated(world.published(StockRequested)[0].request_id, "O-1", 10))
        await world.settle()
        await world.publish(shipped("S-1", "O-1", 10))
        await world.settle()
        invoice = world.published(InvoicePosted)[0]
        assert invoice.due_date == invoice.terms.payment_terms().due_date(invoice.invoice_date)
        assert invoice.due_date.day == 10 and invoice.due_date > date(
            invoice.invoice_date.year, invoice.invoice_date.month, 28
        )
        assert str(invoice.terms.payment_terms()) == "30 days end of month, on the 10th"


async def test_terms_that_no_invoice_can_have_are_dead_lettered_with_a_sentence(kafka: Any, postgres: Any) -> None:
    stages = [{"percent": "3", "net_days": 10}, {"percent": "2", "net_days": 20}]
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await world.publish(customer("C-1", terms={"net_days": 30, "discounts": stages}), customer("C-2"))
        await world.settle()
        (reason,) = await dead_letters(world)
        assert reason == (
            "customer C-1 has the payment terms 3/10, 2/20, net 30, "
            "but discounts in stages are not supported: give one discount in discount_days and discount_percent"
        )
        assert await world.rows("invoicing", "SELECT customer_id FROM customer") == [("C-2",)]


async def test_an_invoice_in_instalments_is_owed_and_paid_part_by_part(kafka: Any, postgres: Any) -> None:
    """Given 40 % after 30 days and 60 % after 60, then two items are owed, and money for the invoice pays both."""
    parts = [{"percent": "40", "net_days": 30}, {"percent": "60", "net_days": 60}]
    services = ["invoicing", "credit", "cash_app", "collections", "analytics"]
    async with World(kafka, postgres, services=services) as world:
        await masters(world, terms={"instalments": parts})
        await world.publish(order("O-1"))
        await world.settle()
        await world.publish(allocated("O-1/R1", "O-1", 10))
        await world.settle()
        await world.publish(shipped("S-1", "O-1", 10))
        await world.settle()
        (invoice,) = world.published(InvoicePosted)
        owed = "SELECT item_id, open_amount, due_date FROM open_item ORDER BY item_id"
        first, second = DAY + timedelta(days=30), DAY + timedelta(days=60)
        expected = [("INV-S-1/1", 40, first), ("INV-S-1/2", 60, second)]
        assert await world.rows("cash_app", owed) == expected
        assert await world.rows("collections", owed) == expected
        exposed = "SELECT item_id, open_amount FROM open_item WHERE open_amount > 0 ORDER BY item_id"
        assert await world.rows("credit", exposed) == [("INV-S-1/1", 40), ("INV-S-1/2", 60)]

        named = [{"document_number": invoice.invoice_number, "amount": "70.00"}]
        await world.publish(payment("P-1", amount="70.00", remittance=named))
        await world.settle()
        assert [row[1] for row in await world.rows("cash_app", owed)] == [0, 30]
        assert await world.rows("credit", exposed) == [("INV-S-1/2", 30)]


async def test_an_order_with_too_many_lines_is_answered_with_the_limit(kafka: Any, postgres: Any) -> None:
    lines = [{"line_no": n, "item_id": "I-1", "quantity": 1} for n in range(1, 502)]
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order("O-BIG", lines=lines), order("O-EMPTY", lines=[]))
        await world.settle()
        answers = {rejected.order_id: rejected.reasons[0].text for rejected in world.published(OrderRejected)}
        assert answers == {
            "O-BIG": "The order has 501 lines; at most 500 are accepted: split the order.",
            "O-EMPTY": "The order has no lines; it needs at least one.",
        }
        assert await dead_letters(world) == []
