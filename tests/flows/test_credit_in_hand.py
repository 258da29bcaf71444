"""Who is owed money is not reminded of the gross amount: dunning, worklist, page and aging know the money in hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.cash_app import UnappliedCashChanged
from shared.contracts.collections import ActivityLogged, DunningSent
from shared.contracts.erp import InvoiceBroughtForward
from tests.kit import World
from tests.kit.events.sample import COMPANY, customer, day, payment

DUE, RECEIVED, TODAY = date(2026, 2, 1), date(2026, 1, 30), date(2026, 2, 2)


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["invoicing", "cash_app", "collections", "analytics"]) as world:
        yield world


async def test_a_notice_asks_for_what_is_left_and_the_page_shows_the_credit(world: World) -> None:
    await given(world)
    await begins(world, TODAY)
    sent = world.published(DunningSent)
    notices = sorted((one.customer_id, str(one.total), str(one.credit), str(one.net)) for one in sent)
    assert notices == [("C-B", "700.00", "350.00", "350.00"), ("C-C", "400.00", "0.00", "400.00")]
    (logged,) = [one.text for one in world.published(ActivityLogged) if one.customer_id == "C-B"]
    assert "700.00 USD less 350.00 USD on account or received: 350.00 USD" in logged

    page = await shown(world, "collections", "/customers/C-A")
    assert page["balances"] == [
        {
            "company_id": COMPANY, "currency": "USD", "open_amount": "100.00", "on_account": "250.00",
            "unapplied": "0.00", "net": "-150.00",
        }
    ]  # fmt: skip
    work = (await shown(world, "collections", "/worklist"))["items"]
    ranked = [(one["customer_id"], one["overdue_amount"], one["unapplied"], one["net_amount"]) for one in work]
    assert ranked == [
        ("C-C", "400.00", "0.00", "400.00"),
        ("C-B", "700.00", "350.00", "350.00"),
        ("C-A", "100.00", "0.00", "-150.00"),
    ]


async def test_aging_shows_the_money_in_hand_as_of_any_day(world: World) -> None:
    await given(world)
    await begins(world, TODAY)
    (line,) = (await shown(world, "analytics", "/aging"))["items"]
    assert (line["total"], line["on_account"], line["unapplied"], line["net"]) == (
        "1200.00", "250.00", "350.00", "600.00",
    )  # fmt: skip
    (before,) = (await shown(world, "analytics", "/aging?as_of=2026-01-29"))["items"]
    assert (before["on_account"], before["unapplied"]) == ("0.00", "0.00")
    by_customer = (await shown(world, "analytics", "/aging?by=customer&limit=2"))["items"]
    assert [(one["customer_id"], one["on_account"], one["net"]) for one in by_customer] == [
        ("C-A", "250.00", "-150.00"), ("C-B", "0.00", "350.00"),
    ]  # fmt: skip
    (own,) = (await shown(world, "analytics", "/aging?customer_id=C-B"))["items"]
    assert (own["total"], own["unapplied"], own["net"]) == ("700.00", "350.00", "350.00")


async def test_by_policy_a_notice_waits_while_money_is_unapplied(world: World) -> None:
    await given(world)
    current = await shown(world, "collections", "/policies/dunning_ladder")
    document = {**current["in_force"]["document"], "credit": "wait"}
    change = {"valid_from": TODAY.isoformat(), "reason": "clerks apply first", "document": document}
    answer = await world.command("collections", "credit_manager", "/policies/dunning_ladder", change, method="PUT")
    assert answer.is_success, answer.text
    await begins(world, TODAY)
    assert [notice.customer_id for notice in world.published(DunningSent)] == ["C-C"]
    body = {"reason": "the story wants it"}
    done = await world.command("cash_app", "cash_clerk", "/payments/P-B/put-on-account", body)
    assert done.is_success, done.text
    await begins(world, date(2026, 2, 3))
    changes = [change.change for change in world.published(UnappliedCashChanged) if change.payment_id == "P-B"]
    assert changes == [Decimal("350.00"), Decimal("-350.00")]
    assert [(notice.customer_id, notice.net) for notice in world.published(DunningSent)][1:] == [("C-B", 350)]


async def given(world: World) -> None:
    """C-A has 250.00 on account and owes 100.00; C-B's 350.00 fits nothing; C-C owes 400.00."""
    await world.publish(*(customer(name, terms={"net_days": 30}) for name in ("C-A", "C-B", "C-C")))
    await world.publish(day(date(2026, 1, 2)))
    await world.settle()
    await world.publish(
        owed("A-2", "C-A", "100.00"), owed("B-1", "C-B", "300.00"),
        owed("B-2", "C-B", "400.00"), owed("C-1", "C-C", "400.00"),
    )  # fmt: skip
    await world.settle()
    unknown = [{"document_number": "B-9", "amount": "350.00"}]
    await world.publish(
        payment(
            "P-A", "C-A", "250.00", value_date=RECEIVED, remittance=[{"document_number": "A-1", "amount": "250.00"}]
        ),
        payment("P-B", "C-B", "350.00", value_date=RECEIVED, remittance=unknown),
    )
    await begins(world, date(2026, 1, 31))
    done = await world.command("cash_app", "cash_clerk", "/payments/P-A/put-on-account", {"reason": "paid twice"})
    assert done.is_success, done.text
    await world.settle()


def owed(number: str, customer_id: str, amount: str, due: date = DUE) -> InvoiceBroughtForward:
    return InvoiceBroughtForward(
        invoice_number=number, company_id=COMPANY, customer_id=customer_id, invoice_date=date(2026, 1, 2), due_date=due,
        currency="USD", amount=amount,
    )  # fmt: skip


async def begins(world: World, on: date) -> None:
    await world.publish(day(on))
    await world.settle()


async def shown(world: World, service: str, path: str) -> Any:
    async with world.http(service, "controller") as client:
        answer = await client.get(path)
        assert answer.is_success, answer.text
        return answer.json()
