"""Two companies on two days: every command, date, list and page counts by the day of the company it is for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from shared.contracts.cash_app import ItemWrittenOff, PaymentApplied
from shared.contracts.collections import PromiseMade
from shared.contracts.erp import BusinessDayStarted, InvoiceBroughtForward
from tests.kit import World
from tests.kit.events.sample import customer, item, payment, price

TOMORROW, TODAY = date(2026, 9, 1), date(2026, 8, 31)
"""The day in New Zealand, and the day in America at the same moment."""


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres) as world:
        yield world


async def test_what_a_person_does_is_dated_by_the_companys_own_day(world: World) -> None:
    await given(world)
    promised = {"amount": "300.00", "currency": "USD", "due_on": "2026-08-31"}
    await do(world, "collections", "collector", "/customers/U-A/promises", promised)
    lines = {"lines": [{"item_id": await item_of(world, "U-1"), "amount": "250.00"}]}
    await do(world, "cash_app", "cash_clerk", "/payments/P-1/apply", lines)
    memo = {"document_number": "U-2", "amount": "100.00", "reason_code": "pricing"}
    credited = await do(world, "invoicing", "controller", "/credit-memos", memo)
    captured = await do(
        world, "invoicing", "controller", "/orders",
        {"customer_id": "U-A", "lines": [{"line_no": 1, "item_id": "I-1", "quantity": 1}]},
    )  # fmt: skip
    await do(
        world, "cash_app", "controller", f"/open-items/{await item_of(world, 'U-2')}/write-off", {"amount": "1.00"}
    )

    assert [made.made_on for made in world.published(PromiseMade)] == [TODAY]
    assert [applied.applied_on for applied in world.published(PaymentApplied) if applied.payment_id == "P-1"] == [TODAY]
    assert (credited["credit_date"], captured["order_date"]) == ("2026-08-31", "2026-08-31")
    assert [one.written_off_on for one in world.published(ItemWrittenOff)] == [TODAY]
    balance = await shown(world, "invoicing", "/journal/trial-balance?company_id=US1")
    assert balance["as_of"] == "2026-08-31" and "100.00" in [line["credit"] for line in balance["lines"]]


async def test_pages_and_lists_show_each_company_on_its_day(world: World) -> None:
    await given(world)
    page = await shown(world, "collections", "/customers/U-A")
    (owed,) = page["items"]
    assert (page["as_of"], owed["days_overdue"], owed["bucket"]) == ("2026-08-31", 0, "current")
    far = await shown(world, "collections", "/customers/N-A")
    assert (far["as_of"], far["items"][0]["days_overdue"], far["items"][0]["bucket"]) == ("2026-09-01", 1, "1-30")
    work = (await shown(world, "collections", "/worklist?bucket=1-30"))["items"]
    assert [(entry["customer_id"], entry["oldest_days"]) for entry in work] == [("N-A", 1)]
    for by in ("company", "customer"):
        aging = (await shown(world, "analytics", f"/aging?by={by}"))["items"]
        aged = {line["company_id"]: (line["as_of"], line["current"], line["days_1_30"]) for line in aging}
        assert aged["NZ1"] == ("2026-09-01", "0.00", "80.00")
        assert aged["US1"][0] == "2026-08-31" and aged["US1"][2] == "0.00"
    (line,) = (await shown(world, "analytics", "/aging?customer_id=U-A"))["items"]
    assert (line["as_of"], line["current"], line["days_1_30"]) == ("2026-08-31", "300.00", "0.00")
    account = await shown(world, "cash_app", "/customers/U-A/account")
    assert account["as_of"] == "2026-08-31"
    assert (await shown(world, "credit", "/accounts/U-A/exposure"))["as_of"] == "2026-08-31"


async def given(world: World) -> None:
    """NZ1 has begun 1 September, US1 31 August; U-A owes 300.00 and its payment of 250.00 fits nothing."""
    terms = {"net_days": 30}
    american, far = {"company_id": "US1", "terms": terms}, {"company_id": "NZ1", "terms": terms}
    await world.publish(
        item(), price(), customer("U-A", **american), customer("U-B", **american), customer("N-A", **far)
    )
    await world.publish(
        BusinessDayStarted(company_id="US1", business_date=date(2026, 8, 28)),
        BusinessDayStarted(company_id="NZ1", business_date=date(2026, 8, 28)),
    )
    await world.settle()
    await world.publish(
        owed("U-1", "U-A", "US1", "300.00", TODAY),
        owed("U-2", "U-B", "US1", "500.00", date(2026, 9, 30)),
        owed("N-1", "N-A", "NZ1", "80.00", TODAY),
    )
    await world.settle()
    unknown = [{"document_number": "U-9", "amount": "250.00"}]
    await world.publish(
        payment("P-1", "U-A", "250.00", company_id="US1", value_date=date(2026, 8, 28), remittance=unknown),
        BusinessDayStarted(company_id="US1", business_date=TODAY),
        BusinessDayStarted(company_id="NZ1", business_date=TOMORROW),
    )
    await world.settle()


def owed(number: str, customer_id: str, company_id: str, amount: str, due: date) -> InvoiceBroughtForward:
    return InvoiceBroughtForward(
        invoice_number=number, company_id=company_id, customer_id=customer_id, invoice_date=date(2026, 8, 1),
        due_date=due, currency="USD", amount=amount,
    )  # fmt: skip


async def item_of(world: World, number: str) -> str:
    rows = await world.rows("cash_app", f"SELECT item_id FROM open_item WHERE document_number = '{number}'")
    return str(rows[0][0])


async def do(world: World, service: str, role: str, path: str, body: dict[str, Any]) -> Any:
    """A command that has to succeed."""
    reason = {} if path.endswith(("/orders", "/promises")) else {"reason": "the story wants it"}
    answer = await world.command(service, role, path, {**reason, **body})
    assert answer.is_success, answer.text
    await world.settle()
    return answer.json()


async def shown(world: World, service: str, path: str) -> Any:
    async with world.http(service, "controller") as client:
        answer = await client.get(path)
        assert answer.is_success, answer.text
        return answer.json()
