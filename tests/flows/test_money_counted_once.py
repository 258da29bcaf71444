"""Banks use references again and report one receipt in several messages: all money is counted, and only once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.erp import InvoiceBroughtForward, PaymentReturned
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, customer, day, payment
from tests.unit.cash_app.bank_files.samples import BANK, needs_found

FOUND = BANK.parent / "found"
OLD = date(2026, 2, 17)
LATER = date(2027, 3, 5)


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres) as world:
        await world.publish(customer("C-A"), customer("C-B"))
        await world.settle()
        await world.publish(brought_forward("A-1", "C-A", "100.00"), brought_forward("B-1", "C-B", "70.00"), day(OLD))
        await world.settle()
        yield world
        await books_agree(world)


def brought_forward(number: str, customer_id: str, amount: str) -> InvoiceBroughtForward:
    return InvoiceBroughtForward(
        invoice_number=number, company_id=COMPANY, customer_id=customer_id, invoice_date=OLD, due_date=OLD,
        currency="USD", amount=amount,
    )  # fmt: skip


async def standing(world: World) -> dict[str, tuple[str, Decimal]]:
    rows = await world.rows("cash_app", "SELECT payment_id, state, amount FROM payment")
    return {payment_id: (state, amount) for payment_id, state, amount in rows}


async def cash(world: World) -> Decimal:
    rows = await world.rows(
        "cash_app",
        "SELECT coalesce(sum(CASE WHEN debit = '1000' THEN amount WHEN credit = '1000' THEN -amount END), 0) "
        "FROM journal_posting",
    )
    return Decimal(rows[0][0])


async def queue(world: World, name: str) -> list[dict[str, Any]]:
    async with world.http("cash_app", "cash_clerk") as client:
        answer = await client.get(f"/work-queues/{name}")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


async def do(world: World, path: str, reason: str = "checked with the bank") -> Any:
    answer = await world.command("cash_app", "cash_clerk", path, {"reason": reason})
    assert answer.status_code == 200, answer.text
    await world.settle()
    return answer.json()


def money(payment_id: str, customer_id: str | None, amount: str, on: date, **more: Any) -> Any:
    return payment(payment_id, customer_id=customer_id, amount=amount, value_date=on, bank_reference="000123", **more)


@needs_found
async def test_a_reference_used_again_a_year_later_is_another_payment(world: World) -> None:
    told = json.loads((FOUND / "bank-reference-used-again.json").read_text())
    first, second = (step["PaymentReceived"] for step in told["steps"])
    assert (first["bank_reference"], second["bank_reference"]) == ("000123", "000123")
    await world.publish(money("P-1", "C-A", first["amount"], OLD))
    await world.settle()
    await world.publish(money("P-2", "C-B", second["amount"], LATER))
    await world.publish(money("P-1", "C-A", first["amount"], OLD), money("P-1-again", "C-A", first["amount"], OLD))
    await world.settle()
    assert await standing(world) == {"P-1": ("applied", 100), "P-2": ("applied", 70)}
    assert await cash(world) == Decimal(told["right"]["cash in the ledger (1000)"])
    repeats = await world.rows("cash_app", "SELECT payment_id, first_payment_id FROM duplicate_payment ORDER BY 1")
    assert repeats == [("P-1", "P-1"), ("P-1-again", "P-1")]


async def test_a_doubtful_reference_is_posted_and_held_until_a_person_decides(world: World) -> None:
    await world.publish(money("P-1", "C-A", "100.00", OLD))
    await world.settle()
    await world.publish(money("P-2", "C-A", "70.00", OLD), money("P-3", None, "30.00", OLD, payer_account="X-9"))
    await world.settle()
    assert await cash(world) == 200
    held = {entry["entry_id"]: entry["evidence"] for entry in await queue(world, "duplicates")}
    assert held.keys() == {"P-2", "P-3"}
    assert "bank reference 000123 was received before with another amount, as payment P-1 of 100.00 USD" in held["P-2"]
    assert await queue(world, "suspense") == []
    async with world.http("cash_app", "cash_clerk") as client:
        metrics = (await client.get("/metrics")).text
        assert (await client.get("/work-queues/duplicates/P-3")).status_code == 200
    assert 'o2c_outcomes_total{outcome="payments_held"} 2.0' in metrics

    refused = await world.command(
        "cash_app", "cash_clerk", "/suspense/P-3/assign", {"customer_id": "C-A", "reason": "it is theirs"}
    )
    assert (refused.status_code, "held as a possible duplicate" in refused.text) == (409, True)
    await do(world, "/payments/P-3/declare-repeat")
    await do(world, "/payments/P-2/release")
    assert await standing(world) == {"P-1": ("applied", 100), "P-2": ("on_account", 70), "P-3": ("repeat", 30)}
    assert await cash(world) == 170
    assert await queue(world, "duplicates") == []


async def test_another_company_or_account_of_ours_has_references_of_its_own(world: World) -> None:
    await world.publish(money("P-1", "C-A", "100.00", OLD, bank_account="OUR-1"))
    await world.settle()
    await world.publish(money("P-2", "C-A", "100.00", OLD, bank_account="OUR-2", payer_account="X-1"))
    await world.settle()
    assert (await standing(world))["P-2"] == ("on_account", 100)


@pytest.mark.parametrize("placeholder", ["NONREF", "NOTPROVIDED", "0000000000", "N/A", "UNKNOWN"])
async def test_a_placeholder_is_no_reference(world: World, placeholder: str) -> None:
    def bare(payment_id: str, amount: str, on: date = OLD) -> Any:
        return payment(payment_id, customer_id="C-A", amount=amount, value_date=on, bank_reference=placeholder)

    await world.publish(bare("P-1", "40.00"), bare("P-2", "30.00"), bare("P-3", "30.00"))
    await world.settle()
    await world.publish(bare("P-2", "30.00"))
    await world.settle()
    assert {key: amount for key, (_, amount) in (await standing(world)).items()} == {"P-1": 40, "P-2": 30, "P-3": 30}
    assert await cash(world) == 100


async def test_a_payment_id_used_again_for_other_money_is_held_under_an_id_of_its_own(world: World) -> None:
    await world.publish(payment("P-1", customer_id="C-A", amount="100.00", value_date=OLD))
    await world.settle()
    for _ in range(2):
        await world.publish(
            payment("P-1", customer_id="C-B", amount="70.00", value_date=OLD, bank_reference="OTHER-REFERENCE")
        )
        await world.settle()
    assert sorted(amount for _, amount in (await standing(world)).values()) == [70, 100]
    (held,) = await queue(world, "duplicates")
    assert held["entry_id"].startswith("P-1#")
    assert "payment id P-1 was received before with bank reference BANK-P-1" in held["evidence"]
    assert await world.rows("cash_app", "SELECT reason FROM dead_letter") == []


async def test_a_return_reference_used_again_is_another_return(world: World) -> None:
    def returned(amount: str, on: date) -> PaymentReturned:
        return PaymentReturned(
            return_id="R-1", bank_reference="RET-000123", company_id=COMPANY, currency="USD", amount=amount,
            value_date=on, reason_code="R01", reason="insufficient funds",
        )  # fmt: skip

    await world.publish(money("P-1", "C-A", "100.00", OLD))
    await world.settle()
    for _ in range(2):
        await world.publish(returned("40.00", OLD), returned("40.00", LATER), returned("5.00", OLD))
        await world.settle()
    assert sorted(Decimal(entry["amount"]) for entry in await queue(world, "returns")) == [5, 40, 40]
    assert await cash(world) == 15
