"""Stories from order to cash through all five services, each ending with books that agree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.analytics import AgingSnapshotTaken
from shared.contracts.cash_app import CustomerCreditIssued, OpenItemChanged, PaymentApplied, PaymentSuspended
from shared.contracts.collections import (
    CreditHoldLifted,
    CreditHoldRequested,
    DunningSent,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
)
from shared.contracts.credit import CreditApproved, CreditHeld, CreditReleased
from shared.contracts.erp import OrderCancelled
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import InvoicePosted, OrderBackordered, OrderRejected
from shared.contracts.journal import JournalBatchSubmitted
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, customer, day, payment
from tests.kit.events.upstream import Upstream


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres) as world:
        yield world
        await books_agree(world)


@pytest.fixture
async def upstream(world: World) -> Upstream:
    return Upstream(world)


async def test_an_order_becomes_money_in_the_bank(world: World, upstream: Upstream) -> None:
    """Ordered, approved, shipped, invoiced, paid within ten days with 2 % off: nothing is owed, nothing is open."""
    await upstream.open_for_business()
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    (invoice,) = world.published(InvoicePosted)
    await world.publish(
        payment("P-1", amount="98.00", value_date=DAY + timedelta(days=10),
                remittance=[{"document_number": invoice.invoice_number, "amount": "98.00", "discount": "2.00"}])
    )  # fmt: skip
    await world.settle()
    await world.publish(day(DAY + timedelta(days=11)))
    await world.settle()

    assert (invoice.total, invoice.due_date) == (Decimal("100.00"), DAY + timedelta(days=30))
    (applied,) = world.published(PaymentApplied)
    assert (applied.amount, applied.discount, applied.lines[0].rule) == (
        Decimal("98.00"),
        Decimal("2.00"),
        "remittance",
    )
    assert world.published(OpenItemChanged)[-1].open_amount == 0
    assert await world.rows("credit", "SELECT open_items_total, open_orders_total, state FROM account") == [
        (0, 0, "Active")
    ]
    assert world.published(AgingSnapshotTaken)[-1].total == 0
    batches = world.published(JournalBatchSubmitted)
    assert {b.source for b in batches} == {"invoicing", "cash_app"}
    assert all(sum(t.debit for t in b.totals) == sum(t.credit for t in b.totals) for b in batches)


async def test_an_order_above_the_limit_waits_until_a_payment_makes_room(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business(customer(credit_limit="150.00", terms={"net_days": 30}))
    await upstream.deliver("O-1", quantity=10)
    await upstream.place("O-2", quantity=9)

    (held,) = world.published(CreditHeld)
    assert held.order_id == "O-2" and "150.00" in held.reasons[0].text

    await world.publish(payment("P-1", amount="100.00"))
    await world.settle()

    (released,) = world.published(CreditReleased)
    assert (released.order_id, released.released_by) == ("O-2", "system")
    assert await world.rows("credit", "SELECT open_orders_total, open_items_total FROM account") == [(90, 0)]


async def test_a_held_order_is_released_by_a_person_with_the_role_and_a_reason(
    world: World, upstream: Upstream
) -> None:
    await upstream.open_for_business(customer(credit_limit="50.00"))
    await upstream.place("O-1", quantity=10)
    path, body = "/held-orders/O-1/release", {"reason": "Paid by card, slip 4711"}

    refused = await world.command("credit", "collector", path, body)
    accepted = await world.command("credit", "credit_manager", path, body, person="Mia Manager", key="k-1")
    repeated = await world.command("credit", "credit_manager", path, body, person="Mia Manager", key="k-1")
    await world.settle()

    assert refused.status_code == 403
    assert accepted.status_code == repeated.status_code == 200 and accepted.json() == repeated.json()
    (released,) = world.published(CreditReleased)
    assert (released.released_by, released.reason) == ("Mia Manager", "Paid by card, slip 4711")
    (entry,) = await world.rows("credit", "SELECT person, action, subject FROM audit_entry")
    assert entry[0] == "Mia Manager" and "O-1" in entry[2]


async def test_what_is_short_is_backordered_and_woken_by_a_replenishment(world: World, upstream: Upstream) -> None:
    """Ten ordered, six in stock: two shipments, two invoices, one order's worth in all."""
    await upstream.open_for_business()
    await upstream.place("O-1", quantity=10)
    await upstream.allocate(available=6)
    await upstream.ship()
    assert [line.quantity for e in world.published(OrderBackordered) for line in e.lines] == [4]

    await world.publish(
        StockReplenished(
            replenishment_id="R-1",
            company_id=COMPANY,
            item_id="I-1",
            quantity=50,
            business_date=DAY + timedelta(days=2),
        )
    )
    await world.settle()
    await upstream.allocate(on=DAY + timedelta(days=2))
    await upstream.ship(on=DAY + timedelta(days=3))

    invoices = world.published(InvoicePosted)
    assert [i.total for i in invoices] == [Decimal("60.00"), Decimal("40.00")]
    assert len({i.invoice_number for i in invoices}) == 2
    assert await world.rows("invoicing", "SELECT open_amount FROM customer_order") == [(0,)]


async def test_an_order_that_ships_complete_waits_for_all_of_it(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business()
    await upstream.place("O-1", quantity=10, ship_complete=True)
    await upstream.allocate(available=6)
    await upstream.ship()
    assert world.published(InvoicePosted) == []

    await world.publish(
        StockReplenished(replenishment_id="R-1", company_id=COMPANY, item_id="I-1", quantity=10, business_date=DAY)
    )
    await world.settle()
    await upstream.allocate(available=10)
    await upstream.ship()
    assert [i.total for i in world.published(InvoicePosted)] == [Decimal("100.00")]


async def test_an_order_that_cannot_be_taken_is_rejected_with_every_reason(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business()
    lines = [{"line_no": 1, "item_id": "I-NONE", "quantity": 1}, {"line_no": 2, "item_id": "I-1", "quantity": 0}]
    await upstream.place("O-1", lines=lines)
    (rejected,) = world.published(OrderRejected)
    reasons = " ".join(reason.text for reason in rejected.reasons)
    assert len(rejected.reasons) == 2 and "I-NONE" in reasons and "0" in reasons
    assert world.published(CreditApproved) == []


async def test_a_cancelled_order_frees_its_credit(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business()
    await upstream.place("O-1", quantity=10)
    await world.publish(OrderCancelled(order_id="O-1", customer_id="C-1", cancelled_on=DAY, reason="changed plans"))
    await world.settle()
    assert await world.rows("credit", "SELECT open_orders_total FROM account") == [(0,)]


async def test_money_of_an_unknown_payer_waits_for_a_clerk(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business()
    await upstream.deliver("O-1", quantity=10)
    await world.publish(payment("P-1", customer_id=None, payer_account="ACC-STRANGE", amount="100.00"))
    await world.settle()
    assert [e.payment_id for e in world.published(PaymentSuspended)] == ["P-1"]

    answer = await world.command(
        "cash_app", "cash_clerk", "/suspense/P-1/assign", {"customer_id": "C-1", "reason": "Called the bank"}
    )
    await world.settle()
    assert answer.status_code == 200, answer.text
    assert world.published(OpenItemChanged)[-1].open_amount == 0


async def test_a_payment_that_comes_before_its_invoice_waits_for_it(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business(customer(terms={"net_days": 30}))
    await world.publish(
        payment(
            "P-1",
            amount="100.00",
            value_date=DAY,
            remittance=[{"document_number": f"{COMPANY}-00000001", "amount": "100.00"}],
        )
    )
    await world.settle()
    await upstream.deliver("O-1", quantity=10, on=DAY + timedelta(days=1))

    (invoice,) = world.published(InvoicePosted)
    applied = world.published(PaymentApplied)
    assert sum(a.amount for a in applied) == 100
    assert applied[-1].applied_on == invoice.invoice_date


async def test_what_is_left_of_a_payment_is_used_by_the_next_invoice(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business(customer(terms={"net_days": 30}))
    await upstream.deliver("O-1", quantity=10)
    await world.publish(payment("P-1", amount="130.00"))
    await world.settle()
    (credit,) = world.published(CustomerCreditIssued)
    assert credit.amount == Decimal("30.00")

    await upstream.deliver("O-2", quantity=5, on=DAY + timedelta(days=10))
    assert [e.open_amount for e in world.published(OpenItemChanged) if e.item_version > 1] == [0, Decimal("20.00")]


async def test_the_same_money_reported_twice_is_one_payment(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business(customer(terms={"net_days": 30}))
    await upstream.deliver("O-1", quantity=10)
    await world.publish(
        payment("P-1", amount="60.00", bank_reference="B-1"), payment("P-2", amount="60.00", bank_reference="B-1")
    )
    await world.settle()
    assert sum(a.amount for a in world.published(PaymentApplied)) == Decimal("60.00")


async def test_a_customer_who_does_not_pay_climbs_the_dunning_ladder(world: World, upstream: Upstream) -> None:
    """Each step once per item, however many days pass."""
    await upstream.open_for_business(customer(terms={"net_days": 30}))
    await upstream.deliver("O-1", quantity=10)
    due = DAY + timedelta(days=30)
    for overdue in (0, 1, 2, 31, 40, 61, 91, 120):
        await world.publish(day(due + timedelta(days=overdue)))
        await world.settle()
    assert [(e.step, (e.sent_on - due).days) for e in world.published(DunningSent)] == [
        (1, 1),
        (2, 31),
        (3, 61),
        (4, 91),
    ]


async def test_a_broken_promise_holds_the_account_until_it_is_paid(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business(customer(terms={"net_days": 10}))
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    await promise(world, "100.00", DAY + timedelta(days=14))

    await world.publish(day(DAY + timedelta(days=14)))
    await world.settle()
    assert len(world.published(PromiseDue)) == 1 and world.published(PromiseBroken) == []
    await world.publish(day(DAY + timedelta(days=15)))
    await world.settle()
    assert len(world.published(PromiseBroken)) == len(world.published(CreditHoldRequested)) == 1

    await upstream.place("O-2", quantity=1, order_date=DAY + timedelta(days=15))
    assert [e.order_id for e in world.published(CreditHeld)] == ["O-2"]

    await world.publish(payment("P-1", amount="100.00", value_date=DAY + timedelta(days=16)))
    await world.settle()
    assert len(world.published(CreditHoldLifted)) == 1
    assert [e.order_id for e in world.published(CreditReleased)] == ["O-2"]


async def test_a_promise_is_kept_when_enough_is_applied_by_its_day(world: World, upstream: Upstream) -> None:
    await upstream.open_for_business(customer(terms={"net_days": 10}))
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    await promise(world, "60.00", DAY + timedelta(days=14))
    await world.publish(payment("P-1", amount="60.00", value_date=DAY + timedelta(days=14)))
    await world.settle()
    await world.publish(day(DAY + timedelta(days=15)))
    await world.settle()
    assert [e.applied for e in world.published(PromiseKept)] == [Decimal("60.00")]
    assert world.published(PromiseBroken) == []


async def promise(world: World, amount: str, due_on: date) -> None:
    body = {"amount": amount, "currency": "USD", "due_on": due_on.isoformat()}
    answer = await world.command("collections", "collector", "/customers/C-1/promises", body)
    assert answer.status_code in (200, 201), answer.text
    await world.settle()
