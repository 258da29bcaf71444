"""A statement of which one line cannot be taken, or that does not balance, goes in when a second person agrees."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.flows.test_one_receipt_many_messages import amounts, cash, line, message, own, review
from tests.kit import World
from tests.kit.events.sample import customer

ACCOUNT = "NL26VAYB8060476890"


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        await own(world, ACCOUNT)
        await world.publish(customer("C-1", currency="EUR"))
        await world.settle()
        yield world


async def send(world: World, content: bytes) -> dict[str, Any]:
    async with world.http("cash_app", "cash_clerk") as client:
        sent = await client.post("/imports", content=content, headers={"Idempotency-Key": uuid.uuid4().hex})
    return await shown(world, sent.json()["import_id"])


async def shown(world: World, import_id: str) -> dict[str, Any]:
    await world.settle()
    async with world.http("cash_app", "cash_clerk") as client:
        return dict((await client.get(f"/imports/{import_id}")).json())


async def accept(world: World, refused: dict[str, Any]) -> dict[str, Any]:
    """Pia asks, and may not approve herself; Max, a controller, does."""
    path = f"/imports/{refused['import_id']}/request-acceptance"
    asked = await world.command("cash_app", "cash_clerk", path, {"reason": "the bank corrects it"}, person="Pia")
    assert asked.status_code == 202, asked.text
    approve = f"/approvals/{asked.json()['approval_id']}/approve"
    herself = await world.command("cash_app", "controller", approve, {"reason": "it is right"}, person="Pia")
    assert herself.status_code in (403, 409), herself.text
    agreed = await world.command("cash_app", "controller", approve, {"reason": "asked the bank"}, person="Max")
    assert agreed.status_code == 200, agreed.text
    return await shown(world, refused["import_id"])


async def test_one_line_cannot_be_read(world: World) -> None:
    bad = line("seventy", ref="BAD-70")
    lines = [line("100.00", ref="R-100"), "\n", line("30.00", ref="R-30"), "\n", bad]
    refused = await send(world, message("S1", *lines, opening="0.00", closing="200.00"))
    assert (refused["stage"], {error["acceptable"] for error in refused["errors"]}) == ("refused", {True}), refused
    assert await amounts(world) == []
    taken = await accept(world, refused)
    assert taken["stage"] == "posted", taken
    waiting = await review(world)
    assert any("seventy" in one["note"] and one["kind"] == "rejected_line" for one in waiting), waiting
    assert [one["amount"] for one in waiting if one["kind"] == "difference"] == ["70.00"]
    # The entry before the one that cannot be read may be what the error is in: a person takes it.
    for one in waiting:
        if one["kind"] == "payment":
            path = f"/bank-entries/{one['subject_id']}/take"
            assert (await world.command("cash_app", "cash_clerk", path, {"reason": "read rightly"})).status_code == 200
    await world.settle()
    assert await amounts(world) == [30, 100]
    assert await cash(world) == 130


async def test_a_statement_does_not_balance(world: World) -> None:
    content = message("S1", line("100.00", ref="R-100"), opening="0.00", closing="125.00")
    refused = await send(world, content)
    assert refused["errors"][0]["what"].endswith("but the closing balance is 125.00 EUR: a difference of 25.00")
    taken = await accept(world, refused)
    assert (taken["stage"], taken["posted"]) == ("posted", 1), taken
    assert await amounts(world) == [100]
    waiting = {one["kind"]: one for one in await review(world)}
    assert (waiting["difference"]["amount"], "a difference of 25.00 EUR" in waiting["difference"]["note"]) == (
        "25.00", True
    )  # fmt: skip
    async with world.http("cash_app", "controller") as client:
        lines = (await client.get("/bank-lines", params={"state": "to_code"})).json()["items"]
        metrics = (await client.get("/metrics")).text
    assert [one["amount"] for one in lines] == ["25.00"]
    assert 'o2c_outcomes_total{outcome="bank_lines_rejected"} 1.0' in metrics
    assert await cash(world) == 100


async def test_a_file_of_an_account_that_is_not_ours_cannot_be_accepted(world: World) -> None:
    content = message(
        "S1", line("100.00"), opening="0.00", closing="100.00", account="<IBAN>DE89370400440532013000</IBAN>"
    )
    refused = await send(world, content)
    path = f"/imports/{refused['import_id']}/request-acceptance"
    asked = await world.command("cash_app", "cash_clerk", path, {"reason": "please"})
    assert (asked.status_code, "is not known as ours" in asked.text) == (409, True)
