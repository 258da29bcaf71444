"""Damaged bank files over HTTP, on real Kafka and PostgreSQL: each is taken whole, or refused and leaves nothing."""

from __future__ import annotations

import random
import uuid
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, Final

import pytest

from services.cash_app.bank_files.domain.read_context import Limits
from services.cash_app.bank_files.domain.recognise import read, recognise
from shared.contracts.erp import PaymentReceived, PaymentReturned, RemittanceAdvised
from tests.kit.examples import examples
from tests.kit.stack.world import World
from tests.unit.cash_app.bank_files.mutations import damaged
from tests.unit.cash_app.bank_files.samples import FOUND_FILES, REAL, needs_files

TRIED: Final = examples(60)
SEED: Final = 20_260_311

_OF_REFUSED: Final = """
SELECT f.import_id, f.stage, f.errors::text, f.posted,
       (SELECT count(*) FROM import_entry AS e WHERE e.import_id = f.import_id) AS entries,
       (SELECT count(*) FROM bank_statement AS s WHERE s.import_id = f.import_id) AS statements,
       (SELECT count(*) FROM statement_line AS l WHERE l.import_id = f.import_id) AS lines
FROM import_file AS f ORDER BY f.import_id
"""


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        yield world


@needs_files
async def test_a_refused_file_leaves_no_rows_and_no_events(world: World) -> None:
    chance = random.Random(SEED)
    whole = [path.read_bytes() for path in (*REAL, *FOUND_FILES)]
    await _register_accounts(world, whole)

    for number in range(TRIED):
        await _send(world, damaged(whole[number % len(whole)], chance), f"damaged-{number}")
    await world.settle()

    shown = await world.rows("cash_app", _OF_REFUSED)
    assert {stage for _, stage, *_ in shown} == {"posted", "refused"}, "each file is taken or refused, and some of each"
    posted_events = 0
    for import_id, stage, errors, posted, entries, statements, lines in shown:
        assert "this service failed" not in errors, f"{import_id}: {errors}"
        if stage == "refused":
            assert (posted, entries, statements, lines) == (0, 0, 0, 0), f"{import_id} is half taken"
            assert '"place": "' in errors and '"what": "' in errors, f"{import_id} is refused without a reason"
        posted_events += posted
    events = [len(world.published(kind)) for kind in (PaymentReceived, PaymentReturned, RemittanceAdvised)]
    assert sum(events) == posted_events > 0


async def _register_accounts(world: World, files: list[bytes]) -> None:
    """Every account that a file names, so that a file is refused for its damage only."""
    known: dict[str, str] = {}
    for content in files:
        format_ = recognise(content)
        if format_ is not None:
            parsed = read(content, format_, Limits(), received_on=date(2026, 3, 9))
            known |= {s.account: s.currency or "USD" for s in parsed.statements}
    for account, currency in known.items():
        body = {"company_id": "1000", "currency": currency, "name": f"account {account}"}
        await world.command("cash_app", "controller", f"/bank-accounts/{account}", body, method="PUT")


async def _send(world: World, content: bytes, name: str) -> None:
    async with world.http("cash_app", "cash_clerk") as client:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        sent = await client.post("/imports", content=content, params={"name": name}, headers=key)
        assert sent.status_code == 202, sent.text
