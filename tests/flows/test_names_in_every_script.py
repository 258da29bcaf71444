"""Payments that only a name identifies: in every script the right customer's, a clerk's, and never a stranger's."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.cash_app import PaymentApplied, PaymentSuspended
from shared.contracts.erp import InvoiceBroughtForward
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, customer, day, payment

FOUND = Path(__file__).parents[3] / "shared" / "data" / "found" / "payer-name-in-another-script.json"
TODAY = DAY + timedelta(days=8)


async def test_names_are_compared_letter_by_letter_and_taught_in_any_script(kafka: Any, postgres: Any) -> None:
    if not FOUND.exists():
        pytest.skip(f"{FOUND} is not here")
    found = json.loads(FOUND.read_bytes())
    async with World(kafka, postgres) as world:
        await publish_customers(world, found["given"]["customers"])
        await world.publish(
            *(paid(f"P-{n}", each["payer_name"], each["amount"]) for n, each in enumerate(found["right"]))
        )
        await world.settle()
        went_to = {applied.payment_id: applied.customer_id for applied in world.published(PaymentApplied)}
        for n, right in enumerate(found["right"]):
            assert went_to.get(f"P-{n}", "suspense") == right["to"].replace(",", "").split()[0], right
        await books_agree(world)


async def test_a_name_taught_in_another_script_is_that_customers_and_no_others(kafka: Any, postgres: Any) -> None:
    taught, like_it = "有限会社緑川製作所", ("有限会社黒川製作所", "株式会社緑川製作所", "製作所", "有限会社", "・・・")
    async with World(kafka, postgres) as world:
        await publish_customers(world, [{"customer_id": "C-3", "name": "Midorikawa", "open": {"T-1": "100.00"}}])
        await world.publish(paid("P-1", taught, "10.00"))
        await world.settle()
        body = {"customer_id": "C-3", "reason": "they called"}
        assert (await world.command("cash_app", "cash_clerk", "/suspense/P-1/assign", body)).is_success
        await world.settle()
        async with world.http("cash_app", "cash_clerk") as client:
            (alias,) = (await client.get("/payer-aliases")).json()["items"]
        assert (alias["kind"], alias["written"], alias["customer_id"]) == ("name", taught, "C-3")
        world.forget()
        await world.publish(
            paid("P-2", "有限会社 緑川製作所", "10.00"),
            *(paid(f"Q-{n}", name, "10.00") for n, name in enumerate(like_it)),
        )
        await world.settle()
        assert [applied.payment_id for applied in world.published(PaymentApplied)] == ["P-2"]
        assert {suspended.payment_id for suspended in world.published(PaymentSuspended)} == {
            f"Q-{n}" for n in range(len(like_it))
        }
        body = {"customer_id": "C-3", "reason": "they called"}
        assert (await world.command("cash_app", "cash_clerk", "/suspense/Q-4/assign", body)).is_success
        async with world.http("cash_app", "cash_clerk") as client:
            assert len((await client.get("/payer-aliases")).json()["items"]) == 1, "punctuation teaches no name"
        await world.settle()
        await books_agree(world)


async def publish_customers(world: World, customers: list[dict[str, Any]]) -> None:
    await world.publish(*(customer(one["customer_id"], name=one["name"], payer_accounts=[]) for one in customers))
    await world.settle()
    await world.publish(
        *(
            InvoiceBroughtForward(
                invoice_number=number, company_id=COMPANY, customer_id=one["customer_id"], invoice_date=DAY,
                due_date=DAY + timedelta(days=30), currency="USD", amount=amount,
            )
            for one in customers
            for number, amount in one["open"].items()
        ),
        day(TODAY),
    )  # fmt: skip
    await world.settle()


def paid(payment_id: str, payer_name: str, amount: str) -> Any:
    return payment(
        payment_id, None, Decimal(amount), payer_name=payer_name, payer_account=None, value_date=TODAY, remittance=[]
    )
