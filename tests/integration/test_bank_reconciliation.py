"""Bank reconciliation: balances of real statements against the journal, on real Kafka and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.integration.test_imports import IBAN, own, send
from tests.kit.stack.world import World
from tests.unit.cash_app.bank_files.samples import entry_053, statement_053


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        yield world


async def shown(world: World, path: str) -> Any:
    async with world.http("cash_app", "controller") as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def state(world: World, account: str = IBAN, as_of: str = "2026-12-31") -> dict[str, Any]:
    return dict(await shown(world, f"/bank-reconciliations/{account}?as_of={as_of}"))


CHARGE = entry_053("3.00", "DBIT", "B-9", code="MCOP", sub="CHRG")
SUPPLIER = entry_053("20.00", "DBIT", "B-7", code="ICDT", sub="ESCT")


async def test_a_statement_agrees_with_the_journal_and_names_what_is_not_coded(world: World) -> None:
    await own(world, IBAN, "EUR")
    file = await send(world, statement_053(entry_053("100.00", reference="B-1") + SUPPLIER + CHARGE, closing="77.00"))
    assert file["stage"] == "posted", file

    account = await state(world)
    assert (account["closing"], account["cash"], account["items"], account["difference"]) == (
        "77.00", "97.00", {"to_be_coded": "-20.00"}, "0.00"
    ), account  # fmt: skip
    assert account["reconciled"]

    (line,) = (await shown(world, "/bank-lines?state=to_code"))["items"]
    assert (line["amount"], line["bank_code"], line["version"]) == ("-20.00", "PMNT/ICDT/ESCT", 0)
