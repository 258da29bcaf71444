"""Faults of cash application, put back in one by one: the comparison with the bank's balances sees each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import asyncpg
import pytest

from o2c.books import bank
from o2c.books.databases import Database, check_queries
from o2c.books.report import Line
from services.cash_app.bank_files import stages
from services.cash_app.bank_files.domain import camt_parties
from services.cash_app.bank_files.domain.planned_entries import EntryPlanner
from services.cash_app.payment_intake import handlers as payment_intake
from tests.integration.test_imports import IBAN, own, send
from tests.kit.events import sample
from tests.kit.stack.world import World
from tests.unit.cash_app.bank_files.samples import entry_053, statement_053

DAY = date(2026, 3, 10)
EXPLAINED = "Each line of a statement and each posting to cash explained"
BALANCE = "Bank's closing balance = cash in the journal + named items"
OWN_MONEY = "The bank's and our own money is no customer's payment"


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        await own(world, IBAN, "EUR")
        yield world


async def differing(world: World, day: date = DAY) -> dict[str, Line]:
    """The comparisons with the bank that differ at the end of a day, as `o2c check` makes them."""
    connection = await asyncpg.connect(world.databases["cash_app"])
    try:
        dbs = {"cash_app": Database(connection, check_queries())}
        lines = [*await bank.bank_accounts(dbs, day), *await bank.receipts(dbs, day)]
    finally:
        await connection.close()
    assert any(line.invariant == BALANCE for line in lines), lines
    return {line.invariant: line for line in lines if not line.agrees}


def notified(reference: str, amounts: tuple[str, ...]) -> bytes:
    """A camt.054 that reports the parts of one booking."""
    parts = "".join(
        f"<TxDtls><Refs><AcctSvcrRef>TX-{n}</AcctSvcrRef></Refs><Amt Ccy='EUR'>{amount}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd></TxDtls>"
        for n, amount in enumerate(amounts)
    )
    total = f"{sum(map(float, amounts)):.2f}"
    text = statement_053(entry_053(total, reference=reference, transactions=parts), closing=total).decode()
    text = text.replace("camt.053", "camt.054").replace("BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn")
    return text.replace("<Stmt>", "<Ntfctn>").replace("</Stmt>", "</Ntfctn>").encode()


def collective(reference: str, total: str, transactions: int) -> bytes:
    """The statement that shows the booking as one line."""
    entry = entry_053(total, reference=reference, transactions=f"<Btch><NbOfTxs>{transactions}</NbOfTxs></Btch>")
    return statement_053(entry, closing=total)


async def nothing_came_before(*planned: Any) -> list[Any]:
    """The fault: what another message reported is posted again."""
    return []


async def test_a_payment_that_is_dropped_as_a_duplicate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    file = statement_053(
        entry_053("100.00", reference="B-1") + entry_053("100.00", reference="B-2"), closing="200.00"
    )  # fmt: skip
    without_repeats = payment_intake.without_repeats

    seen: set[Any] = set()

    async def by_amount_only(received: Any, uow: Any) -> Any:
        new = await without_repeats(received, uow)
        payments = getattr(new, "payments", new)
        payments[:] = [event for event in payments if event.amount not in seen][:1]
        seen.update(event.amount for event in payments)
        return new

    monkeypatch.setattr(payment_intake, "without_repeats", by_amount_only)
    await send(world, file)

    found = await differing(world)
    assert (found[BALANCE].difference, found[EXPLAINED].left) == (100, 1), found
    assert "the journal does not have it, and it is in no queue" in found[EXPLAINED].note

    ((dropped,),) = await world.rows(
        "cash_app", "SELECT subject_id FROM import_entry WHERE subject_id NOT IN (SELECT payment_id FROM payment)"
    )
    await world.rows(
        "cash_app",
        'INSERT INTO dead_letter (event_id, topic, "partition", "offset", headers, body, error, reason, attempts) '
        "VALUES (gen_random_uuid(), 'PaymentReceived', 0, 0, '{}', convert_to($1, 'UTF8'), 'E', 'why', 1)",
        f'{{"payment_id":"{dropped}"}}',
    )
    assert not await differing(world)  # it is in a queue now


async def test_a_line_that_is_posted_again_from_an_overlapping_statement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await send(world, statement_053(entry_053("100.00", reference="B-1")))
    assert not await differing(world)

    monkeypatch.setattr(stages, "compare_with_earlier_imports", nothing_came_before)
    lines = entry_053("100.00", reference="OTHER-1") + entry_053("50.00", reference="OTHER-2")
    again = statement_053(lines, closing="150.00").replace(b">17<", b">18<")
    assert (await send(world, again))["posted"] == 2

    found = await differing(world)
    assert (found[BALANCE].difference, found[EXPLAINED].left) == (-100, 1), found
    assert "posted from statement without a line of a statement that counts" in found[EXPLAINED].note


@pytest.mark.parametrize("statement_first", [True, False])
async def test_a_collective_booking_that_is_posted_beside_its_details(
    world: World, monkeypatch: pytest.MonkeyPatch, statement_first: bool
) -> None:
    kind_of = camt_parties.kind_of

    def no_bundles(*arguments: Any) -> Any:
        kind = kind_of(*arguments)
        return "payment" if kind == "bundle" else kind

    monkeypatch.setattr(camt_parties, "kind_of", no_bundles)
    monkeypatch.setattr(EntryPlanner, "_names_bundle", lambda *_: False)
    monkeypatch.setattr(stages, "compare_with_earlier_imports", nothing_came_before)
    files = [collective("BOOK-1", "160.00", 2), notified("BOOK-1", ("100.00", "60.00"))]
    for file in files if statement_first else reversed(files):
        assert (await send(world, file))["stage"] == "posted"

    found = await differing(world)
    assert found[BALANCE].difference == -160, found
    assert "the statement of that day has no such line" in found[EXPLAINED].note


async def test_an_interim_report_that_is_posted_beside_the_day_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    interim = statement_053(entry_053("100.00", reference="I-1")).decode().replace("camt.053", "camt.052")
    interim = interim.replace("BkToCstmrStmt", "BkToCstmrAcctRpt").replace("Stmt>", "Rpt>")
    assert (await send(world, interim.encode()))["posted"] == 1
    monkeypatch.setattr(stages, "compare_with_earlier_imports", nothing_came_before)
    await send(world, statement_053(entry_053("100.00", reference="B-1")))

    found = await differing(world)
    assert (found[BALANCE].difference, found[EXPLAINED].left) == (-100, 1), found


async def test_an_own_payment_that_came_back_and_is_posted_as_a_customers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind_of = camt_parties.kind_of
    monkeypatch.setattr(
        camt_parties, "kind_of", lambda *a: "payment" if kind_of(*a) == "own_payment_returned" else kind_of(*a)
    )

    async def no_rules(planned: Any, uow: Any) -> dict[int, Any]:
        return {}

    monkeypatch.setattr(stages, "code_lines_by_rule", no_rules)
    await send(world, statement_053(entry_053("100.00", reference="B-1", sub="RRTN")))

    found = await differing(world)
    assert set(found) == {OWN_MONEY}
    assert "refund_paid: rule 'own payment returned'" in found[OWN_MONEY].note


async def test_the_feed_and_a_file_that_both_count_one_receipt(world: World) -> None:
    await world.publish(
        sample.payment("P-1", amount="100.00", currency="EUR", bank_reference="FEED-1", value_date=date(2026, 3, 1))
    )
    await world.publish(sample.payment("P-2", amount="70.00", currency="EUR", bank_reference="FEED-2", value_date=DAY))
    entry = entry_053("100.00", reference="B-1").replace("2026-03-10", "2026-03-01", 2)
    await send(world, statement_053(entry))

    found = await differing(world)
    assert (found[BALANCE].difference, found[EXPLAINED].left) == (-100, 1), found
    assert "posted from the feed on 2026-03-01 and still on no statement 9 days later" in found[EXPLAINED].note


async def test_a_statement_that_is_missing(world: World) -> None:
    await send(world, statement_053(entry_053("100.00", reference="B-1")))
    later = statement_053(entry_053("5.00", reference="B-3"), closing="155.00").decode().replace(">17<", ">19<")
    later = later.replace("2026-03-10", "2026-03-12").replace('"EUR">0.00<', '"EUR">150.00<')
    await send(world, later.encode())

    assert not await differing(world)
    found = await differing(world, date(2026, 3, 12))
    assert (found[BALANCE].difference, found[EXPLAINED].left) == (50, 1), found
    assert "opens with 150.00 EUR" in found[EXPLAINED].note


async def test_a_posting_to_cash_that_no_line_explains(world: World) -> None:
    await send(world, statement_053(entry_053("100.00", reference="B-1")))
    await world.rows("cash_app", "UPDATE journal_posting SET amount = amount + 1 WHERE debit = '1000'")

    found = await differing(world)
    assert (found[BALANCE].difference, found[EXPLAINED].left) == (-1, 1), found
