"""Payment terms and order limits from the ERP, on real Kafka and PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.contracts.invoicing import InvoicePosted, OrderRejected, StockRequested
from tests.integration.test_invoicing import approved, dead_letters, masters
from tests.kit import World
from tests.kit.events.sample import allocated, customer, order, shipped

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
    parts = [{"percent": "50", "net_days": 30}, {"percent": "50", "net_days": 60}]
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await world.publish(customer("C-1", terms={"instalments": parts}), customer("C-2"))
        await world.settle()
        assert await dead_letters(world) == [
            "customer C-1 has the payment terms 50 % net 30, 50 % net 60, "
            "but instalments are not supported: give terms with one due date"
        ]
        assert await world.rows("invoicing", "SELECT customer_id FROM customer") == [("C-2",)]


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
