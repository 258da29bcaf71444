"""Where payments come from: real files, deposit slips, remittance advice, over HTTP, on real Kafka and PostgreSQL."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from o2c.commands.file_upload import import_file, watch
from shared.contracts.cash_app import PaymentApplied, PaymentUnapplied
from shared.contracts.erp import PaymentReceived, PaymentReturned, RemittanceAdvised
from tests.kit.events import sample
from tests.kit.events.bank_file import bai2_of
from tests.kit.stack.process import ServiceProcess
from tests.kit.stack.world import World
from tests.unit.cash_app.bank_files.samples import (
    BANK,
    CARD_CSV,
    MAPPING,
    X12_820,
    entry_053,
    found,
    needs_files,
    needs_found,
    statement_053,
)

IBAN = "NL26VAYB8060476890"


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        yield world


async def send(world: World, content: bytes, *, rest: bool = True, **query: str) -> dict[str, Any]:
    """Imports the bytes and waits until the file is posted or refused, and all is idle."""
    async with world.http("cash_app", "cash_clerk") as client:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        sent = await client.post("/imports", content=content, params=query, headers=key)
        assert sent.status_code == 202, sent.text
        if rest:
            await world.settle()
        return dict((await client.get(f"/imports/{sent.json()['import_id']}")).json())


async def own(world: World, account: str, currency: str, **more: str) -> None:
    body = {"company_id": "1000", "currency": currency, "name": f"account {account}", **more}
    kept = await world.command("cash_app", "controller", f"/bank-accounts/{account}", body, method="PUT")
    assert kept.status_code == 200, kept.text


async def listed(world: World, path: str) -> list[dict[str, Any]]:
    async with world.http("cash_app", "controller") as client:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])


def errors(shown: dict[str, Any]) -> str:
    return " | ".join(f"{error['place']}: {error['what']}" for error in shown["errors"])


async def payments(world: World) -> dict[str, tuple[str, str, Decimal]]:
    """Customer, state and amount of every payment, by bank reference."""
    rows = await world.rows("cash_app", "SELECT bank_reference, customer_id, state, amount FROM payment")
    return {reference: (customer, state, amount) for reference, customer, state, amount in rows}


@needs_files
async def test_real_files_are_taken_whole_or_refused_whole(world: World) -> None:
    lockbox, statement = (BANK / "lockbox/lockbox.bai").read_bytes(), (BANK / "bai2/sample1.txt").read_bytes()
    unknown = await send(world, lockbox, name="lockbox.bai")
    assert (unknown["stage"], unknown["refused_after"]) == ("refused", "parsed")
    assert errors(unknown).startswith("line 3: account 0022222 is not known as ours: PUT /bank-accounts/0022222")
    assert await payments(world) == {}

    await own(world, "4417", "USD")
    await own(world, "0022222", "USD", deposits_to="4417")
    await own(world, "10200123456", "CAD")
    await world.publish(sample.customer(payer_accounts=["US-055002707-0012345555"]))
    await world.publish(sample.invoice("CE554", total="7000.00", invoice_number="CE554"))
    taken = await send(world, lockbox, name="lockbox.bai")
    assert (taken["stage"], taken["format"], taken["posted"], taken["to_post"]) == ("posted", "lockbox", 1, 1)
    assert await payments(world) == {
        "0022222/0022222-20160523-000-001001": ("C-1", "applied", Decimal("7000.000"))
    }  # fmt: skip
    (applied,) = world.published(PaymentApplied)
    assert [(line.document_number, line.rule) for line in applied.lines] == [("CE554", "remittance")]

    posted = await send(world, statement)
    assert (posted["stage"], posted["counts"]["payments"], posted["counts"]["returns"]) == ("posted", 5, 2)
    assert posted["counts"]["debits"] == 10
    returned = world.published(PaymentReturned)
    assert sorted(event.reason for event in returned) == ["RETURNED CHEQUE", "RTN-UNKNOWN"]
    assert {event.original_bank_reference for event in returned} == {None}

    again = await send(world, statement)
    assert errors(again) == f"file: the same file came before, as import {posted['import_id']}"
    other_bytes = await send(world, statement.replace(b"\n", b"\r\n"))
    assert f"of 10200123456 came before, in import {posted['import_id']}" in errors(other_bytes)
    unbalanced = await send(world, (BANK / "mt940/abnamro.sta").read_bytes())
    assert "opening 3,236.28 and movements of -321.44 make 2,914.84, but the closing balance is 876.84" in errors(
        unbalanced
    )
    nonsense = await send(world, b"%PDF-1.7")
    assert (nonsense["refused_after"], "a PDF: " in errors(nonsense)) == ("received", True)
    assert len(await payments(world)) == 6
    shown = await listed(world, "/imports?limit=200")
    assert [one["stage"] for one in shown].count("posted") == 2
    entries = await listed(world, f"/imports/{posted['import_id']}/entries?kind=return")
    assert [(e["place"], e["amount"], e["outcome"]) for e in entries] == [
        ("line 5", "-25.00", "post"), ("line 6", "-900.00", "post")
    ]  # fmt: skip


async def test_a_notification_and_the_statement_after_it_are_one_payment_and_a_return_finds_its_payment(
    world: World,
) -> None:
    await own(world, IBAN, "EUR")
    party = "<TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs></TxDtls>"
    paid = entry_053("100.00", reference="R-1", transactions=party)
    notified = statement_053(paid).replace(b"camt.053", b"camt.054").replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn")
    first = await send(world, notified.replace(b"Stmt>", b"Ntfctn>"))
    assert (first["stage"], first["format"], first["posted"]) == ("posted", "camt.054", 1), first
    returned = "<TxDtls><Refs><EndToEndId>E2E-1</EndToEndId></Refs><RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf></TxDtls>"
    second = await send(
        world,
        statement_053(
            paid + entry_053("40.00", reference="R-2") + entry_053("100.00", "DBIT", "R-3", transactions=returned),
            closing="40.00",
        ),
    )
    assert second["stage"] == "posted", second
    assert (second["posted"], second["counts"]["seen_before"]) == (2, 1), second
    assert sorted(await payments(world)) == [f"{IBAN}/R-1", f"{IBAN}/R-2"]
    (event,) = world.published(PaymentReturned)
    assert (event.original_bank_reference, event.reason_code, event.amount) == (f"{IBAN}/R-1", "MD06", 100)
    repeated = statement_053(entry_053("40.00", reference="R-2"), closing="40.00").replace(b">17<", b">18<")
    assert (await send(world, repeated))["counts"]["seen_before"] == 1
    assert sorted(await payments(world)) == [f"{IBAN}/R-1", f"{IBAN}/R-2"]


@needs_found
@pytest.mark.parametrize("statement_first", [False, True])
async def test_a_collective_booking_is_counted_once_whichever_message_comes_first(
    world: World, statement_first: bool
) -> None:
    await own(world, IBAN, "EUR")
    names = ["camt054-details-of-a-collective-booking.xml", "camt053-collective-booking-without-details.xml"]
    for name in reversed(names) if statement_first else names:
        sent = await send(world, found(name))
        assert sent["stage"] == "posted", sent
    assert {reference: amount for reference, (_, _, amount) in (await payments(world)).items()} == {
        f"{IBAN}/TX-1": 100, f"{IBAN}/TX-2": 60
    }  # fmt: skip
    (bundle,) = await listed(world, "/bundles")
    assert (bundle["bundle_id"], bundle["kind"], bundle["net"], bundle["payments"]) == (
        "BOOK-1", "collective", "160.00", 2
    )  # fmt: skip
    assert bundle["line_id"] is not None
    assert await listed(world, "/bundle-lines?waiting=true") == []


@needs_found
async def test_interim_data_come_before_the_previous_days_file(world: World) -> None:
    await own(world, "4417009", "USD")
    assert (await send(world, found("bai2-intraday.bai2")))["posted"] == 1
    later = await send(world, found("bai2-previous-day-after-intraday.bai2"))
    assert (later["stage"], later["posted"], later["counts"]["seen_before"]) == ("posted", 1, 1), later
    again = found("bai2-intraday.bai2").replace(b",11,80", b",21,80")
    assert (await send(world, again))["counts"]["seen_before"] == 1
    assert {reference: amount for reference, (_, _, amount) in (await payments(world)).items()} == {
        "4417009/WIRE-80": 2500, "4417009/ACH-81": 100
    }  # fmt: skip


@needs_found
async def test_what_is_no_receipt_waits_for_a_person_and_charges_are_booked(world: World) -> None:
    await own(world, IBAN, "EUR")
    returned = await send(world, found("camt053-own-payment-returned.xml"), name="returns.xml")
    assert (returned["stage"], returned["posted"], returned["counts"]["for_review"]) == ("posted", 0, 1), returned
    assert await payments(world) == {}
    (waiting,) = await listed(world, "/bank-entries/review")
    assert (waiting["trace_number"], waiting["reason_code"], waiting["reason"], waiting["details"]) == (
        "REFUND-1", "AC04", "account closed", "REFUND CN-9"
    )  # fmt: skip
    path = f"/bank-entries/{waiting['subject_id']}/close-review"
    closed = await world.command("cash_app", "cash_clerk", path, {"reason": "refund of C-1, paid again"})
    assert closed.status_code == 200, closed.text
    assert await listed(world, "/bank-entries/review") == []

    charged = await send(world, found("camt053-charges-taken-off.xml").replace(b">17<", b">18<"), name="charges.xml")
    assert (charged["stage"], charged["posted"], charged["counts"]["charges"]) == ("posted", 2, 1), charged
    query = "SELECT debit, credit, amount FROM journal_posting WHERE debit = '6300'"
    assert await world.rows("cash_app", query) == [("6300", "1000", 5)]
    received = [event for event in world.published(PaymentReceived) if event.origin is not None]
    assert [(e.origin.file_name, e.origin.place.split(" (")[0]) for e in received if e.origin] == [
        ("charges.xml", "line 7"), ("charges.xml", "line 7")
    ]  # fmt: skip


async def test_files_that_are_known_and_not_read_are_named(world: World) -> None:
    nacha = b"101 0210000211234567890260310" + b"1200A094101YOUR BANK              OURSELVES" + b" " * 20 + b"\n"
    refused = await send(world, nacha)
    assert (refused["stage"], "this is a NACHA (ACH) file" in errors(refused)) == ("refused", True), refused
    pain = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><CstmrCdtTrfInitn/></Document>'
    assert "this is an ISO 20022 pain.001, which is no statement" in errors(await send(world, pain))


async def test_remittance_comes_before_the_money_or_after_it(world: World) -> None:
    await own(world, "4417", "USD")
    await world.publish(sample.customer())
    await world.publish(
        sample.invoice("INV-1", total="1020.00", discount_amount="20.40", discount_date=date(2026, 3, 12))
    )
    await world.publish(
        *(sample.invoice(f"INV-{n}", total=f"{n}00.00") for n in (2, 3, 4)), sample.invoice("INV-5", total="500.00")
    )
    advised = await send(
        world,
        X12_820.replace(b"RMR*CM*CM-9**-50.00~\n", b"").replace(b"SE*10", b"SE*9").replace(b"*1450.00", b"*1500.00"),
    )
    assert (advised["stage"], advised["counts"]["advices"]) == ("posted", 1), advised
    assert [a["trace_number"] for a in await listed(world, "/remittances?waiting=true")] == ["TRACE-7781"]
    money = {"customer_id": None, "payer_account": "US-021000021-998877", "remittance": []}
    await world.publish(sample.payment("P-1", amount="1500.00", trace_number="TRACE-7781", **money))
    await world.settle()
    assert await world.rows("cash_app", "SELECT reason FROM dead_letter") == []
    (applied,) = world.published(PaymentApplied)
    assert applied.customer_id == "C-1"
    assert [(line.document_number, line.amount) for line in applied.lines] == [("1000-1", 1000), ("1000-2", 200)]
    assert await listed(world, "/remittances?waiting=true") == []
    world.forget()

    mapping = MAPPING.model_copy(update={"currency": "USD", "trace_column": None}).model_dump(mode="json")
    kept = await world.command("cash_app", "cash_clerk", "/remittance-mappings/HARBOUR", mapping, method="PUT")
    assert kept.status_code == 200, kept.text
    await world.publish(
        sample.payment("P-2", amount="777.00", customer_id=None, payer_account="NOBODYS", trace_number="777")
    )
    await world.settle()
    assert (await payments(world))["BANK-P-2"] == (None, "suspense", 777)
    mapping = {**mapping, "trace_column": "Check"}
    await world.command("cash_app", "cash_clerk", "/remittance-mappings/HARBOUR", mapping, method="PUT")
    listing = b"Invoice;Paid;Skonto;Check\n1000-4;400,00;0;777\n1000-5;377,00;0;777\n"
    late = await send(world, listing, payer="HARBOUR", format="remittance-csv")
    assert late["stage"] == "posted", late
    lines = [line for applied in world.published(PaymentApplied) for line in applied.lines]
    assert [(line.document_number, line.amount, line.rule) for line in lines] == [
        ("1000-4", 400, "remittance"), ("1000-5", 377, "remittance")
    ]  # fmt: skip
    assert (await payments(world))["BANK-P-2"] == ("C-1", "applied", 777)
    notes = {a["payment_id"]: a["note"] for a in await listed(world, "/remittances")}
    assert notes == {"P-1": "matched by trace number TRACE-7781", "P-2": "matched by trace number 777"}
    await _advice_after_the_rules_have_applied(world)


def _advice(advice_id: str, amount: str, *lines: tuple[str, str]) -> RemittanceAdvised:
    return RemittanceAdvised(
        advice_id=advice_id, company_id=sample.COMPANY, customer_id="C-1", currency="USD", amount=amount,
        advised_on=date(2026, 3, 14), lines=[{"document_number": n, "amount": money} for n, money in lines],
    )  # fmt: skip


async def _advice_after_the_rules_have_applied(world: World) -> None:
    """What the rules did is undone and done as advised, in one step; where a person acted, the advice waits for one."""
    open_now = "SELECT item_id, open_amount FROM open_item WHERE open_amount > 0 ORDER BY item_id"
    assert await world.rows("cash_app", open_now) == [("INV-3", 300), ("INV-5", 123)]
    world.forget()
    await world.publish(sample.payment("P-3", amount="123.00", value_date=date(2026, 3, 12), remittance=[]))
    await world.settle()
    assert [line.document_number for a in world.published(PaymentApplied) for line in a.lines] == ["1000-5"]
    await world.publish(_advice("ADV-3", "123.00", ("1000-3", "123.00")))
    await world.settle()
    assert await world.rows("cash_app", open_now) == [("INV-3", 177), ("INV-5", 123)]
    (undone,) = world.published(PaymentUnapplied)
    assert (undone.amount, undone.cause, undone.reason) == (123, "reversed", "remittance advice ADV-3 states otherwise")
    noted = {a["advice_id"]: a["note"] for a in await listed(world, "/remittances")}
    assert noted["ADV-3"] == (
        "matched by customer C-1 and the amount; the rules had applied the money to 1000-5; "
        "that was reversed and the money applied as advised"
    )
    await world.publish(sample.payment("P-4", amount="123.00", value_date=date(2026, 3, 13), remittance=[]))
    await world.settle()
    reverse = {"reason": "not for that one"}
    assert (await world.command("cash_app", "cash_clerk", "/payments/P-4/reverse", reverse)).is_success
    await world.publish(_advice("ADV-4", "123.00", ("1000-3", "123.00")))
    await world.settle()
    assert await world.rows("cash_app", open_now) == [("INV-3", 177), ("INV-5", 123)]
    (waiting,) = await listed(world, "/work-queues/advices")
    assert waiting["evidence"].endswith("a person had decided about the money before the advice arrived")
    async with world.http("cash_app", "cash_clerk") as client:
        entry = (await client.get("/work-queues/advices/ADV-4")).json()
    assert entry["suggestion"]["action"] == "reapply" and entry["candidates"][0]["id"] == "P-4"
    decided = {"as_advised": True, "reason": "the payer is right"}
    answer = await world.command("cash_app", "cash_clerk", "/remittances/ADV-4/decide", decided)
    assert [line["document_number"] for line in answer.json()["settled"]] == ["1000-3"], answer.text
    assert await world.rows("cash_app", open_now) == [("INV-3", 54), ("INV-5", 123)]
    assert await listed(world, "/work-queues/advices") == []


async def test_many_payments_are_one_line_of_the_bank(world: World) -> None:
    """A card settlement and a deposit are posted as payments; the bank's line for their sum is not one more."""
    await own(world, IBAN, "EUR")
    await own(world, "MERCHANT1", "EUR", deposits_to=IBAN)
    settled = await send(world, CARD_CSV.replace(b"USD", b"EUR"))
    assert (settled["stage"], settled["counts"]["payments"], settled["counts"]["returns"]) == ("posted", 2, 1), settled
    slip = {
        "bank_account": IBAN, "slip_number": "S-1", "value_date": "2026-03-10", "currency": "EUR", "total": "300.00",
        "items": [
            {"method": "check", "amount": "200.00", "check_number": "501", "payer_name": "Cousin"},
            {"method": "cash", "amount": "99.00"},
        ],
    }  # fmt: skip
    short = await world.command("cash_app", "cash_clerk", "/deposits", slip)
    assert (short.status_code, "its 2 items add up to 299.00: 1.00 is missing" in short.json()["detail"]) == (422, True)
    balanced = {**slip, "total": "299.00"}
    keyed = await world.command("cash_app", "cash_clerk", "/deposits", balanced)
    assert (keyed.status_code, len(keyed.json()["payment_ids"])) == (201, 2)
    twice = await world.command("cash_app", "cash_clerk", "/deposits", balanced)
    assert (twice.status_code, "keyed in before" in twice.json()["detail"]) == (409, True)

    about = "<TxDtls><RmtInf><Ustrd>{}</Ustrd></RmtInf></TxDtls>"
    lines = [
        entry_053("115.65", reference="L-1", transactions=about.format("ACQUIRER SETTLEMENT ST-9")),
        entry_053("299.00", reference="L-2", transactions=about.format("DEPOSIT S-1")),
        entry_053("50.00", reference="L-3", code="LBOX"),
    ]
    shown = await send(world, statement_053("".join(lines), closing="464.65"))
    assert (shown["posted"], shown["counts"]["bundles"]) == (0, 3), shown
    assert sorted(await payments(world)) == ["MERCHANT1/TX-1", "MERCHANT1/TX-2", f"{IBAN}/S-1/1", f"{IBAN}/S-1/2"]
    bundles = {b["bundle_id"]: b for b in await listed(world, "/bundles")}
    assert {name: (b["gross"], b["fee"], b["net"]) for name, b in bundles.items()} == {
        "S-1": ("299.00", "0.00", "299.00"), "ST-9": ("120.00", "4.35", "115.65")
    }  # fmt: skip
    assert all(bundle["line_id"] for bundle in bundles.values())
    (waiting,) = await listed(world, "/bundle-lines?waiting=true")
    assert (waiting["kind"], waiting["amount"]) == ("lockbox", "50.00")
    path = f"/bundle-lines/{waiting['line_id']}/release"
    released = await world.command("cash_app", "cash_clerk", path, {"reason": "no lockbox file will come"})
    assert released.status_code == 200, released.text
    await world.settle()
    assert (await payments(world))[f"{IBAN}/L-3"] == (None, "suspense", 50)


async def test_the_command_line_and_a_watched_folder(world: World, tmp_path: Path) -> None:
    await own(world, "4417", "USD")
    (tmp_path / "good.bai").write_bytes(bai2_of("4417", 3))
    (tmp_path / "bad.bai").write_bytes(bai2_of("4417", 3).replace(b"49,60000", b"49,60001"))
    stages: list[str] = []
    async with world.http("cash_app", "admin") as client:

        async def take(path: Path) -> dict[str, Any]:
            return await import_file(client, path, lambda shown: stages.append(shown["stage"]))

        watching = asyncio.create_task(watch(tmp_path, take, look_seconds=0.02))
        async with asyncio.timeout(30):
            while len(list(tmp_path.glob("*/*"))) < 3:
                await asyncio.sleep(0.02)
        watching.cancel()
        again = await import_file(client, tmp_path / "imported/good.bai", lambda shown: None)
    assert [path.name for path in sorted(tmp_path.glob("refused/*"))] == ["bad.bai", "bad.bai.errors.txt"]
    assert (
        "the account's control total is 60001, but adds up to 60000"
        in (tmp_path / "refused/bad.bai.errors.txt").read_text()
    )
    assert (again["stage"], stages.count("posted"), stages.count("refused")) == ("posted", 1, 1)
    await world.settle()
    assert len(world.published(PaymentReceived)) == 3 == len(await payments(world))


async def test_a_large_file_resumes_after_kill_9_without_doubling(kafka: Any, postgres: Any) -> None:
    many = 5_000
    async with World(kafka, postgres, services=["cash_app"], as_processes=True) as world:
        await world.publish(*(sample.customer(f"C-{n}") for n in range(50)))
        settings = {"O2C_CRASH_POINT": "after_commit:background/imports/posting", "O2C_HTTP_BODY_BYTES_MAX": "100000"}
        async with ServiceProcess(world, "cash_app", **settings) as process:
            await process.until_ready()
            await own(world, "4417", "USD")
            sent = await send(world, bai2_of("4417", many), rest=False)
            assert await process.died() == -signal.SIGKILL
            ((stage, posted),) = await world.rows("cash_app", "SELECT stage, posted FROM import_file")
            assert (stage, 0 < posted < many) == ("validated", True)
            await process.start(O2C_CRASH_POINT="")
            await world.settle(120.0)
            async with world.http("cash_app", "cash_clerk") as client:
                shown = (await client.get(f"/imports/{sent['import_id']}")).json()
        assert (shown["stage"], shown["posted"], shown["to_post"]) == ("posted", many, many)
        rows = await world.rows("cash_app", "SELECT count(*), count(DISTINCT bank_reference), sum(amount) FROM payment")
        assert rows == [(many, many, many * 100)]
        assert await world.rows("cash_app", "SELECT count(*) FROM duplicate_payment") == [(0,)]
