"""Interest on what was open on each day; a payment that becomes known late is put right by a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.cash_app import UnappliedCashChanged
from shared.contracts.collections import CreditMemoRequested, FinanceChargeAssessed
from shared.contracts.erp import InvoiceBroughtForward
from shared.contracts.invoicing import CreditMemoPosted
from tests.kit import World
from tests.kit.events.sample import COMPANY, customer, day, payment

DUE = date(2026, 11, 30)
TWELVE_PERCENT = {
    "annual_rates": {"USD": "12"}, "late_fees": {}, "day_count": "actual/365", "grace_days": 5, "minimum_balance": {},
    "minimum_charge": {"USD": "1.00"}, "kinds": ["invoice"], "disputed": False, "due_days": 30,
    "excluded_customers": [], "only_customers": None,
}  # fmt: skip


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["invoicing", "cash_app", "collections"]) as world:
        yield world


async def test_a_month_is_charged_by_the_day_and_a_payment_known_late_is_credited(world: World) -> None:
    await owed_since_november(world)
    await pays(world, "P-1", "I-1", "600.00", date(2026, 12, 16))
    await pays(world, "P-2", "I-2", "1000.00", date(2026, 12, 29))
    await begins(world, date(2027, 1, 1))
    (december,) = world.published(FinanceChargeAssessed)
    assert [(line.document_number, str(line.amount)) for line in december.items] == [
        ("I-1", "7.23"), ("I-2", "9.53"), ("I-3", "10.19"),
    ]  # fmt: skip
    await begins(world, date(2027, 2, 1))
    january = world.published(FinanceChargeAssessed)[-1]
    assert [(line.document_number, str(line.amount)) for line in january.items] == [("I-1", "4.08"), ("I-3", "10.19")]
    assert await waiting(world) == []

    await begins(world, date(2027, 2, 3))
    await pays(world, "P-3", "I-3", "1000.00", date(2026, 12, 10))
    first, second = await waiting(world)
    shown = [(one["month"], one["charged"], one["right"], one["difference"]) for one in (first, second)]
    assert shown == [("2026-12", "10.19", "3.29", "6.90"), ("2027-01", "10.19", "0.00", "10.19")]
    assert {one["noticed_on"] for one in (first, second)} == {"2027-02-03"}

    stale = await decide(world, first, "credit", difference="10.19")
    assert stale.status_code == 409 and "the difference is 6.90 USD now" in stale.text
    for one in (first, second):
        done = await decide(world, one, "credit")
        assert done.is_success and done.json()["difference"] == "0.00", done.text
    await world.settle()
    assert sorted((str(asked.amount) for asked in world.published(CreditMemoRequested)), key=Decimal) == [
        "6.90",
        "10.19",
    ]
    assert sum(memo.total for memo in world.published(CreditMemoPosted)) == Decimal("17.09")
    assert await waiting(world) == []
    rows = await world.rows("cash_app", "SELECT open_amount FROM open_item WHERE kind = 'interest' ORDER BY item_id")
    assert rows == [(Decimal("20.05"),), (Decimal("4.08"),)]
    assert world.published(UnappliedCashChanged) == []  # what is applied in the step in which it came
    again = await decide(world, first, "credit", difference="0.00")
    assert again.status_code == 422 and "was not charged too high" in again.text


async def owed_since_november(world: World) -> None:
    change = {"valid_from": "2026-11-01", "reason": "late payers", "document": TWELVE_PERCENT}
    await world.publish(customer("C-1", terms={"net_days": 30}), day(date(2026, 10, 30)))
    await world.settle()
    answer = await world.command("collections", "controller", "/policies/finance_charges", change, method="PUT")
    assert answer.is_success, answer.text
    await world.publish(
        *(
            InvoiceBroughtForward(
                invoice_number=number, company_id=COMPANY, customer_id="C-1", invoice_date=date(2026, 10, 31),
                due_date=DUE, currency="USD", amount="1000.00",
            )
            for number in ("I-1", "I-2", "I-3")
        )
    )  # fmt: skip
    await begins(world, date(2026, 12, 1))


async def pays(world: World, payment_id: str, number: str, amount: str, value_date: date) -> None:
    line = {"document_number": number, "amount": amount}
    await world.publish(payment(payment_id, "C-1", amount, value_date=value_date, remittance=[line]))
    await world.settle()


async def begins(world: World, on: date) -> None:
    await world.publish(day(on))
    await world.settle()


async def waiting(world: World) -> list[Any]:
    async with world.http("collections", "collector") as client:
        answer = await client.get("/interest-corrections")
    assert answer.is_success, answer.text
    items: list[Any] = answer.json()["items"]
    return items


async def decide(world: World, one: Any, what: str, **changes: Any) -> Any:
    body = {"reason": "the bank was late", "difference": one["difference"], **changes}
    return await world.command("collections", "collector", f"/interest-corrections/{one['correction_id']}/{what}", body)
