"""Bank reconciliation: balances of real statements against the journal, on real Kafka and PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.integration.test_imports import IBAN, own, send
from tests.kit.events import sample
from tests.kit.events.bank_file import bai2_of
from tests.kit.stack.world import World
from tests.unit.cash_app.bank_files.samples import CARD_CSV, entry_053, statement_053


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


async def coded(world: World, line_id: str, what: str, body: dict[str, Any], role: str = "cash_clerk") -> Any:
    return await world.command("cash_app", role, f"/bank-lines/{line_id}/{what}", body)


async def postings(world: World) -> list[tuple[Any, ...]]:
    query = "SELECT debit, credit, amount FROM journal_posting WHERE entry_id LIKE 'line/%' ORDER BY entry_id"
    return await world.rows("cash_app", query)


async def test_a_line_is_coded_by_rule_or_by_a_person_and_undone(world: World) -> None:
    await own(world, IBAN, "EUR")
    interest = entry_053("0.50", reference="B-8", code="MCOP", sub="INTR")
    await send(world, statement_053(SUPPLIER + CHARGE + interest, closing="22.50").replace(
        b'"EUR">22.50</Amt><CdtDbtInd>CRDT', b'"EUR">22.50</Amt><CdtDbtInd>DBIT'
    ))  # fmt: skip
    assert await postings(world) == [("6310", "1000", 3), ("1000", "7100", Decimal("0.5"))]
    assert await world.rows("cash_app", "SELECT count(*) FROM payment") == [(0,)]

    (line,) = (await shown(world, "/bank-lines?state=to_code"))["items"]
    reason = {"reason": "travel refund of May"}
    unknown = await coded(world, line["line_id"], "code", {"purpose": "other", "gl_account": "6600", **reason})
    assert (unknown.status_code, "other_accounts" in unknown.json()["detail"]) == (422, True), unknown.text
    seen = {"purpose": "refund_paid", "expected_version": 0, **reason}
    done = await coded(world, line["line_id"], "code", seen)
    assert (done.status_code, done.json()["gl_account"], done.json()["version"]) == (200, "2130", 1), done.text
    assert (await state(world))["items"] == {}
    assert (await coded(world, line["line_id"], "code", seen)).status_code == 409

    undone = await coded(world, line["line_id"], "undo-coding", {"reason": "it was no refund"})
    assert (undone.status_code, undone.json()["state"]) == (200, "to_code"), undone.text
    again = await state(world)
    assert (again["items"], again["cash"], again["reconciled"]) == ({"refund": "-20.00"}, "-2.50", True)
    audited = await world.rows("cash_app", "SELECT action FROM audit_entry WHERE action LIKE '%bank_line%' ORDER BY at")
    assert audited == [("code_bank_line",), ("undo_bank_line_coding",)]


async def test_who_may_code_how_much(world: World) -> None:
    await own(world, IBAN, "EUR")
    large = entry_053("10000.01", "DBIT", "B-7", code="ICDT")
    file = statement_053(large, closing="10000.01").replace(
        b'10000.01</Amt><CdtDbtInd>CRDT', b'10000.01</Amt><CdtDbtInd>DBIT'
    )  # fmt: skip
    await send(world, file)
    (line,) = (await shown(world, "/bank-lines?state=to_code"))["items"]
    body = {"purpose": "transfer", "reason": "to the savings account"}
    assert (await coded(world, line["line_id"], "code", body)).status_code == 403
    assert (await coded(world, line["line_id"], "code", body, role="collector")).status_code == 403
    assert (await coded(world, line["line_id"], "code", body, role="controller")).status_code == 200


async def test_money_in_that_a_rule_took_for_interest_is_released_as_a_payment(world: World) -> None:
    await own(world, IBAN, "EUR")
    await send(world, statement_053(entry_053("100.00", reference="B-1", code="MCOP", sub="INTR")))
    (line,) = (await shown(world, "/bank-lines?state=coded"))["items"]
    reason = {"reason": "the bank used the wrong code"}
    assert (await coded(world, line["line_id"], "release-as-payment", reason)).status_code == 409
    assert (await coded(world, line["line_id"], "undo-coding", reason)).status_code == 200
    released = await coded(world, line["line_id"], "release-as-payment", reason)
    assert (released.status_code, released.json()["state"]) == (200, "receipt"), released.text
    await world.settle()
    assert await world.rows("cash_app", "SELECT amount FROM payment") == [(100,)]
    account = await state(world)
    assert (account["cash"], account["items"], account["reconciled"]) == ("100.00", {}, True), account


async def test_a_transfer_between_own_accounts_meets_in_clearing(world: World) -> None:
    await own(world, IBAN, "EUR")
    await own(world, "DE89370400440532013000", "EUR")
    out = entry_053(
        "40.00", "DBIT", "B-1", code="ICDT",
        transactions="<TxDtls><RltdPties><CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct></RltdPties>"
        "</TxDtls>",
    )  # fmt: skip
    sent = statement_053(out, closing="40.00").replace(
        b'"EUR">40.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>\n<Dt>', b'"EUR">40.00</Amt><CdtDbtInd>DBIT</CdtDbtInd>\n<Dt>'
    )  # fmt: skip
    assert (await send(world, sent))["stage"] == "posted"
    came = entry_053(
        "40.00", reference="C-1",
        transactions=f"<TxDtls><RltdPties><DbtrAcct><Id><IBAN>{IBAN}</IBAN></Id></DbtrAcct></RltdPties></TxDtls>",
    )  # fmt: skip
    other = statement_053(came, closing="40.00").replace(IBAN.encode(), b"DE89370400440532013000", 1)
    assert (await send(world, other))["stage"] == "posted"

    assert sorted(await postings(world)) == [("1000", "1010", 40), ("1010", "1000", 40)]
    accounts = (await shown(world, "/bank-reconciliations?as_of=2026-03-10"))["items"]
    assert [(one["closing"], one["cash"], one["reconciled"]) for one in accounts] == [
        ("40.00", "40.00", True), ("-40.00", "-40.00", True)
    ]  # fmt: skip


async def test_money_of_the_feed_is_on_the_default_account_and_in_transit(world: World) -> None:
    await own(world, IBAN, "EUR")
    await world.publish(
        sample.payment("P-0", amount="30.00", currency="EUR", bank_reference="F-0", value_date=date(2026, 3, 1)),
        sample.payment("P-1", amount="70.00", currency="EUR", bank_reference="F-1", value_date=date(2026, 3, 9)),
        sample.payment("P-2", amount="20.00", currency="EUR", bank_reference="F-2", value_date=date(2026, 3, 11)),
    )
    await world.settle()
    file = statement_053(entry_053("100.00", reference="B-1"), closing="130.00").replace(b'"EUR">0.00', b'"EUR">30.00')
    await send(world, file.replace(b"2026-03-10</Dt></BookgDt>", b"2026-03-08</Dt></BookgDt>"))

    account = await state(world)
    assert (account["cash"], account["items"]) == ("200.00", {"in_transit": "-70.00"}), account
    assert account["reconciled"]
    (item,) = account["page"]["items"]
    assert (item["document"], item["why"]) == ("P-1", "posted from the feed, on no statement yet")


async def test_a_lockbox_batch_is_in_transit_until_the_statement_shows_its_sum(world: World) -> None:
    await own(world, "4417", "USD")
    await own(world, "MERCHANT-1", "USD", deposits_to="4417")
    await send(world, CARD_CSV, name="cards.csv")
    opening = bai2_of("4417", 1)
    await send(world, opening)
    account = await state(world, "4417", "2026-03-10")
    assert (account["closing"], account["cash"], account["reconciled"]) == ("100.00", "100.00", True), account

    later = opening.replace(b",260310", b",260311").replace(b"010,0,,,015,10000", b"010,10000,,,015,20000")
    later = later.replace(b"20000,3/", b"40000,3/").replace(b"20000,1", b"40000,1").replace(b"BK0000000", b"BK0000001")
    assert (await send(world, later))["stage"] == "posted"
    account = await state(world, "4417", "2026-03-11")
    assert (account["items"], account["reconciled"]) == ({"in_transit": "-115.65"}, True), account


async def test_money_in_suspense_that_is_no_customers_is_coded_and_undone(world: World) -> None:
    await own(world, IBAN, "EUR")
    await send(world, statement_053(entry_053("100.00", reference="B-1")))
    (line,) = (await shown(world, "/bank-lines?state=receipt"))["items"]
    tax_refund = {"purpose": "interest_income", "reason": "interest of the deposit account"}
    done = await coded(world, line["line_id"], "code", tax_refund)
    assert (done.status_code, done.json()["version"]) == (200, 1), done.text
    query = "SELECT debit, credit, amount FROM journal_posting ORDER BY entry_id"
    assert await world.rows("cash_app", query) == [("2100", "7100", 100), ("1000", "2100", 100)]
    assert await world.rows("cash_app", "SELECT state, unapplied_amount FROM payment") == [("applied", 0)]
    assert (await coded(world, line["line_id"], "code", tax_refund)).status_code == 409
    assert (await state(world))["reconciled"]

    undone = await coded(world, line["line_id"], "undo-coding", {"reason": "a customer paid without a name"})
    assert undone.status_code == 200, undone.text
    assert await world.rows("cash_app", "SELECT state, unapplied_amount FROM payment") == [("suspense", 100)]
    again = await coded(world, line["line_id"], "undo-coding", {"reason": "a customer paid without a name"})
    assert again.status_code == 409
