"""Round payments without a word, on real Kafka and PostgreSQL: a clerk decides, and the service follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from shared.contracts.cash_app import PaymentApplied
from tests.kit.events import sample
from tests.kit.stack.world import World

DAY = date(2026, 3, 21)


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    """C-1 and C-2 each owe nine items of 130.10, INV-100010 the oldest."""
    async with World(kafka, postgres, services=["cash_app"]) as world:
        await world.publish(
            *(sample.customer(customer_id) for customer_id in ("C-1", "C-2")),
            *(sample.invoice(f"INV-1000{c}{n}", f"C-{c}", "130.10") for c in (1, 2) for n in range(9)),
            sample.day(DAY),
        )
        await world.settle()
        yield world


async def pay(world: World, payment_id: str, customer_id: str = "C-1", amount: str = "100.00") -> list[Any]:
    """A payment without remittance; returns the lines it was applied to without a person."""
    world.forget()
    await world.publish(sample.payment(payment_id, customer_id, amount, value_date=DAY, remittance=[]))
    await world.settle()
    return [line for applied in world.published(PaymentApplied) for line in applied.lines]


async def apply(world: World, payment_id: str, **lines: str) -> None:
    """A clerk's application, items given as i0, i1 and so on."""
    asked = [{"item_id": f"INV-10001{item[1:]}", "amount": amount} for item, amount in lines.items()]
    body = {"lines": asked, "reason": "they called"}
    answer = await world.command("cash_app", "cash_clerk", f"/payments/{payment_id}/apply", body, person="Cleo")
    assert answer.is_success, answer.text
    await world.settle()


async def lessons(world: World, **params: Any) -> list[Any]:
    async with world.http("cash_app", "auditor") as client:
        answer = await client.get("/round-sum-lessons", params=params)
        assert answer.is_success, answer.text
        return list(answer.json()["items"])


async def test_two_payments_by_hand_teach_and_another_choice_ends_it(world: World) -> None:
    assert await pay(world, "P-1") == []
    await apply(world, "P-1", i0="100.00")
    assert await pay(world, "P-2") == []
    await apply(world, "P-2", i0="30.10", i1="69.90")
    assert [(x["payment_id"], x["learned_from"], x["amount"]) for x in await lessons(world, customer_id="C-1")] == [
        ("P-2", "Cleo", "100.00"), ("P-1", "Cleo", "100.00"),
    ]  # fmt: skip

    applied = await pay(world, "P-3")
    assert [(line.item_id, str(line.amount), line.rule) for line in applied] == [
        ("INV-100011", "60.20", "round_sum"), ("INV-100012", "39.80", "round_sum"),
    ]  # fmt: skip
    assert {line.evidence for line in applied} == {"as a clerk did with payments P-1, P-2 before"}
    assert await pay(world, "Q-1", "C-2") == [], "what one customer's payments taught holds for no other"
    assert await pay(world, "P-4", amount="150.50") == [], "no round sum"
    async with world.http("cash_app", "auditor") as client:
        span = {"since": DAY.isoformat(), "until": DAY.isoformat(), "by": "rule"}
        by_rule = {row["label"]: row for row in (await client.get("/reports/match-rate", params=span)).json()["lines"]}
    assert (by_rule["round_sum"]["payments_by_rule"], by_rule["by_hand"]["payments_by_rule"]) == (1, 0)

    reverse = {"reason": "they meant another invoice"}
    assert (await world.command("cash_app", "cash_clerk", "/payments/P-3/reverse", reverse)).is_success
    await world.settle()
    assert await lessons(world) == []
    ended = await lessons(world, ended=True)
    assert {x["end_reason"] for x in ended} == {"payment P-3 was corrected: they meant another invoice"}
    assert await pay(world, "P-5") == []


async def test_another_choice_since_starts_the_count_anew(world: World) -> None:
    await pay(world, "P-1")
    await apply(world, "P-1", i0="100.00")
    await pay(world, "P-2")
    await apply(world, "P-2", i5="100.00")
    assert await lessons(world) == []
    await pay(world, "P-3")
    await apply(world, "P-3", i0="30.10", i1="69.90")
    assert len(await lessons(world)) == 1
    assert await pay(world, "P-4") == []
    await apply(world, "P-4", i1="60.20", i2="39.80")
    assert {line.rule for line in await pay(world, "P-5")} == {"round_sum"}


async def test_a_person_ends_a_lesson_with_a_reason(world: World) -> None:
    for number, lines in enumerate(({"i0": "100.00"}, {"i0": "30.10", "i1": "69.90"})):
        await pay(world, f"P-{number}")
        await apply(world, f"P-{number}", **lines)
    latest, first = await lessons(world)
    path, body = f"/round-sum-lessons/{latest['lesson_id']}/end", {"reason": "they asked to be called each time"}
    assert (await world.command("cash_app", "collector", path, body)).status_code == 403
    assert (await world.command("cash_app", "cash_clerk", path, {})).status_code == 422
    assert (await world.command("cash_app", "controller", path, body, person="Cora")).json()["payment_id"] == "P-1"
    assert (await world.command("cash_app", "controller", path, body)).status_code == 404
    assert await lessons(world) == [first]
    assert await pay(world, "P-2") == []
    audit = await world.rows(
        "cash_app", "SELECT person, subject FROM audit_entry WHERE action = 'end_round_sum_lesson'"
    )
    assert [tuple(row) for row in audit] == [("Cora", f"round-sum lesson {latest['lesson_id']}")]


async def test_an_agreement_is_an_exception_of_the_policy(world: World) -> None:
    rules = {"rule_set": {"rules": ["exact_amount", "round_sum"], "learned_round_sum": 0}}
    change = {"valid_from": "2026-03-21", "reason": "agreed", "document": {"customers": {"C-2": rules}}}
    path = "/policies/application_rules"
    assert (await world.command("cash_app", "controller", path, change, method="PUT")).is_success
    assert [line.rule for line in await pay(world, "Q-1", "C-2")] == ["round_sum"]
    assert await pay(world, "P-1", "C-1") == []
