"""One receipt is reported by the bank feed, notifications, reports within the day and statements: it is one payment."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest

from tests.kit import World
from tests.kit.events.sample import customer, payment
from tests.unit.cash_app.bank_files.samples import BANK, found, needs_found

FOUND = BANK.parent / "found"
ACCOUNT = "NL26VAYB8060476890"
DAY = date(2026, 8, 4)
KINDS: Final = {
    "camt.053": ("BkToCstmrStmt", "Stmt"), "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
    "camt.052": ("BkToCstmrAcctRpt", "Rpt"),
}  # fmt: skip


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        await own(world, ACCOUNT)
        await world.publish(customer("C-1", currency="EUR"), customer("C-2", currency="EUR"))
        await world.settle()
        yield world


async def own(world: World, account: str, currency: str = "EUR", **more: str) -> None:
    body = {"company_id": "1000", "currency": currency, "name": f"account {account}", **more}
    kept = await world.command("cash_app", "controller", f"/bank-accounts/{account}", body, method="PUT")
    assert kept.status_code == 200, kept.text


async def send(world: World, content: bytes, **query: str) -> dict[str, Any]:
    async with world.http("cash_app", "cash_clerk") as client:
        sent = await client.post(
            "/imports", content=content, params=query, headers={"Idempotency-Key": uuid.uuid4().hex}
        )
        assert sent.status_code == 202, sent.text
        await world.settle()
        shown = dict((await client.get(f"/imports/{sent.json()['import_id']}")).json())
    assert shown["stage"] == "posted", shown
    return shown


async def amounts(world: World) -> list[Decimal]:
    return [amount for (amount,) in await world.rows("cash_app", "SELECT amount FROM payment ORDER BY amount")]


async def cash(world: World) -> Decimal:
    rows = await world.rows(
        "cash_app",
        "SELECT coalesce(sum(CASE WHEN debit = '1000' THEN amount WHEN credit = '1000' THEN -amount END), 0) "
        "FROM journal_posting",
    )
    return Decimal(rows[0][0])


async def do(world: World, path: str) -> Any:
    answer = await world.command("cash_app", "cash_clerk", path, {"reason": "checked with the bank"})
    assert answer.status_code == 200, answer.text
    await world.settle()
    return answer.json()


async def review(world: World) -> list[dict[str, Any]]:
    async with world.http("cash_app", "cash_clerk") as client:
        return list((await client.get("/bank-entries/review")).json()["items"])


def line(amount: str, words: str = "", *, ref: str = "", e2e: str = "", iban: str = "", on: date = DAY) -> str:
    """A credit; without `ref` the bank gives it no reference."""
    reference = f"<AcctSvcrRef>{ref}</AcctSvcrRef>" if ref else ""
    refs = f"<Refs><EndToEndId>{e2e}</EndToEndId></Refs>" if e2e else ""
    payer = f"<RltdPties><DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct></RltdPties>" if iban else ""
    return (
        f'<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
        f"<BookgDt><Dt>{on}</Dt></BookgDt><ValDt><Dt>{on}</Dt></ValDt>{reference}"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"<NtryDtls><TxDtls>{refs}{payer}<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def message(
    number: str, *lines: str, kind: str = "camt.053", opening: str = "", closing: str = "", on: date = DAY,
    account: str = f"<IBAN>{ACCOUNT}</IBAN>",
) -> bytes:  # fmt: skip
    outer, inner = KINDS[kind]
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
        f"<Dt><Dt>{on}</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
        if amount
    )
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind}.001.08"><{outer}>'
        f"<GrpHdr><MsgId>M-{number}</MsgId><CreDtTm>{on}T18:00:00Z</CreDtTm></GrpHdr><{inner}><Id>{number}</Id>"
        f"<CreDtTm>{on}T18:00:00Z</CreDtTm><Acct><Id>{account}</Id><Ccy>EUR</Ccy></Acct>{balances}{''.join(lines)}"
        f"</{inner}></{outer}></Document>"
    ).encode()


@needs_found
async def test_a_statement_again_under_another_number_brings_only_what_is_new(world: World) -> None:
    told = json.loads((FOUND / "statement-again-under-another-number.json").read_text())
    standing = line("50.00", "standing order")
    await send(world, message("S1", standing, standing, opening="1000.00", closing="1100.00"))
    again = message("S2", standing, standing, line("101.00", "Q-1"), opening="1000.00", closing="1201.00")
    assert (await send(world, again))["counts"]["seen_before"] == 2
    assert [f"{amount:.2f}" for amount in await amounts(world)] == told["right"]["payments"]
    assert await cash(world) == Decimal(told["right"]["cash"])
    next_one = message("S3", standing, opening="1201.00", closing="1251.00")
    assert (await send(world, next_one))["posted"] == 1


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
async def test_a_report_a_notification_and_the_statement_with_different_references(
    world: World, order: tuple[int, ...]
) -> None:
    equal = line("40.00", "rent", iban="DE89370400440532013000")
    files = [
        message("R1", line("75.00", e2e="E2E-77"), equal, kind="camt.052"),
        message("N1", line("75.00", ref="BANK-9", e2e="E2E-77"), kind="camt.054"),
        message("S1", line("75.00", ref="BANK-9"), equal, equal, opening="0.00", closing="155.00"),
    ]
    for at in order:
        await send(world, files[at])
    assert await amounts(world) == [40, 40, 75]
    assert await cash(world) == 155
    assert await review(world) == []


@pytest.mark.parametrize("feed_first", [True, False])
async def test_the_bank_feed_and_the_statement(world: World, feed_first: bool) -> None:
    feed = [
        payment("F-1", None, "75.00", currency="EUR", value_date=DAY, bank_reference="BANK-900"),
        payment("F-2", None, "60.00", currency="EUR", value_date=DAY, bank_reference="E2E-60"),
        payment("F-3", None, "40.00", currency="EUR", value_date=DAY, bank_reference="X-1", payer_account="DE89-1"),
        payment("F-4", "C-1", "33.00", currency="EUR", value_date=DAY, bank_reference="ONLY-THE-FEED"),
    ]
    lines = [
        line("75.00", ref="BANK-900"), line("60.00", ref="BANK-901", e2e="E2E-60"),
        line("20.00", ref="BANK-902"),
    ]  # fmt: skip
    statement = message("S1", *lines, opening="0.00", closing="155.00")
    for step in (0, 1) if feed_first else (1, 0):
        if step:
            await send(world, statement)
        else:
            await world.publish(*feed)
            await world.settle()
    await world.publish(*feed)
    await world.settle()
    assert await amounts(world) == [20, 33, 40, 60, 75]
    assert await cash(world) == 228


async def test_a_line_with_a_reference_used_before_is_posted_and_the_others_with_it(world: World) -> None:
    await send(world, message("S1", line("100.00", ref="REF-000123"), opening="0.00", closing="100.00"))
    other = [line("70.00", ref="REF-000123"), line("30.00", ref="REF-000124")]
    second = message("S2", *other, opening="100.00", closing="200.00")
    assert (await send(world, second))["posted"] == 2
    later = date(2027, 8, 4)
    third = message("S9", line("100.00", ref="REF-000123", on=later), opening="200.00", closing="300.00", on=later)
    assert (await send(world, third))["posted"] == 1
    assert await amounts(world) == [30, 70, 100, 100]
    assert await cash(world) == 300
    async with world.http("cash_app", "cash_clerk") as client:
        (held,) = (await client.get("/work-queues/duplicates")).json()["items"]
    assert (held["amount"], "with another amount, as payment" in held["evidence"]) == ("70.00", True)
    await do(world, f"/payments/{held['entry_id']}/declare-repeat")
    assert await cash(world) == 230


async def test_equal_lines_of_two_notifications_without_references_wait_for_a_person(world: World) -> None:
    await send(world, message("N1", line("50.00", "standing order"), kind="camt.054"))
    await send(world, message("N2", line("50.00", "standing order"), kind="camt.054"))
    assert await amounts(world) == [50]
    (waiting,) = await review(world)
    await do(world, f"/bank-entries/{waiting['subject_id']}/take")
    assert await amounts(world) == [50, 50]
    assert await review(world) == []


@needs_found
async def test_placeholders_are_two_receipts_and_equal_parts_are_noted(world: World) -> None:
    await own(world, "4417009", "USD")
    assert (await send(world, found("bai2-placeholder-references.bai2")))["posted"] == 2
    await send(world, found("camt053-equal-parts-with-one-reference.xml"))
    assert await amounts(world) == [100, 1500, 1500]


async def test_an_account_under_its_iban_and_its_domestic_number_is_one_account(world: World) -> None:
    paid = line("75.00", ref="BANK-9")
    await send(world, message("S1", paid, opening="0.00", closing="75.00"))
    domestic = "<Othr><Id>8060476890</Id></Othr>"
    again = message("S-1-again", paid, opening="0.00", closing="75.00", account=domestic)
    assert (await send(world, again))["counts"]["seen_before"] == 1
    assert await amounts(world) == [75]


@needs_found
@pytest.mark.parametrize("statement_first", [False, True])
async def test_a_collective_line_that_is_not_marked_as_one(world: World, statement_first: bool) -> None:
    """The details of BOOK-1 are 100.00 and 60.00; the statement shows one credit of 160.00 under another reference."""
    details = found("camt054-details-of-a-collective-booking.xml")
    on = date(2026, 3, 10)
    statement = message("S1", line("160.00", ref="BOOK-1", on=on), opening="0.00", closing="160.00", on=on)
    for content in (statement, details) if statement_first else (details, statement):
        await send(world, content)
    assert await cash(world) == 160
    assert await amounts(world) == ([60, 100, 160] if statement_first else [60, 100])
    assert await review(world) == []
