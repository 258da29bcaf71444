"""What the bank says is used: words, orders, credit memos and adjustments through Kafka and HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.cash_app import AppliedLine, DeductionOpened, PaymentApplied, PaymentSuspended
from shared.contracts.erp import PaymentOrigin, PaymentReference, RemittanceAdjustment, RemittanceLine
from shared.contracts.invoicing import CreditMemoPosted, InvoicePosted, OpenOrderChanged
from tests.integration.test_cash_app import check_books
from tests.integration.test_imports import IBAN, own, send
from tests.kit.events import sample
from tests.kit.stack.world import World
from tests.unit.cash_app.bank_files.samples import found, needs_found


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        yield world


def line(number: str, amount: str, **more: Any) -> RemittanceLine:
    return RemittanceLine(document_number=number, amount=Decimal(amount), **more)


def settled(world: World, payment_id: str) -> list[tuple[str, str, str]]:
    applied = [a for a in world.published(PaymentApplied) if a.payment_id == payment_id]
    return [(x.document_number, str(x.amount), x.rule) for a in applied for x in a.lines]


async def test_words_identify_the_payer_and_settle_what_they_name(world: World) -> None:
    await world.publish(sample.customer("C-1"), sample.customer("C-2"))
    await world.publish(
        sample.invoice("INV-0", total="1000.00"),
        *(sample.invoice(f"INV-{n}", total="200.00") for n in (3, 4, 5)),
        sample.invoice("INV-00000031", "C-2", total="310.00"),
        sample.invoice("INV-77", "C-2", total="70.00"),
    )
    await world.settle()
    origin = PaymentOrigin(import_id="F-1", file_name="statement.xml", place="line 17")
    reference = PaymentReference(kind="end_to_end_id", value="E2E-1")
    await world.publish(
        sample.payment(
            "P-1", None, "600.00", details="1000-3 1000-4 1000-5 thank you", payer_name="Birch", payer_account="DE-9",
            origin=origin, references=[reference], trace_number="E2E-1",
        ),
        sample.payment("P-2", None, "310.00", details="Rechnung 100000000031 vom 10.03.2026"),
        sample.payment("P-3", None, "55.00", details="invoice 1000-77", payer_account="UNKNOWN-1"),
        sample.payment("P-4", None, "12.00", details="Kundennr. C-2"),
        sample.payment("P-5", "C-1", "900.00", details="invoices 1000-0 and 1000-3"),
    )  # fmt: skip
    await world.settle()
    assert settled(world, "P-1") == [(f"1000-{n}", "200.00", "bank_words") for n in (3, 4, 5)]
    assert settled(world, "P-2") == [("1000-00000031", "310.00", "bank_words")]
    assert settled(world, "P-5") == []
    assert [s.payment_id for s in world.published(PaymentSuspended)] == ["P-3"]
    async with world.http("cash_app", "cash_clerk") as client:
        shown = (await client.get("/payments/P-1")).json()
        (suspended,) = (await client.get("/suspense")).json()["items"]
        waiting = (await client.get("/work-queues/unmatched/P-5")).json()
        in_suspense = (await client.get("/work-queues/suspense/P-3")).json()
    assert shown["identified_by"] == (
        "the bank's words name 1000-3, 1000-4, 1000-5 of customer C-1, and the money is theirs exactly"
    )
    assert shown["bank"] == {
        "details": "1000-3 1000-4 1000-5 thank you", "remittance": [], "remittance_note": "", "trace_number": "E2E-1",
        "references": [{"kind": "end_to_end_id", "value": "E2E-1"}], "payer_name": "Birch", "payer_account": "DE-9",
        "origin": {"import_id": "F-1", "file_name": "statement.xml", "place": "line 17"},
    }  # fmt: skip
    assert suspended["bank"]["details"] == "invoice 1000-77"
    assert [(c["customer_id"], c["evidence"]) for c in suspended["candidates"]] == [
        ("C-2", "has a document 1000-77, which the bank's words name")
    ]
    assert in_suspense["bank"]["details"] == "invoice 1000-77"
    assert waiting["suggestion"]["action"] == "apply" and waiting["bank"]["details"] == "invoices 1000-0 and 1000-3"
    assert [x["document_number"] for x in waiting["suggestion"]["lines"]] == ["1000-0"]
    assert waiting["evidence"].startswith("the bank's words name 1000-0; and 1000-3, which is settled") or waiting[
        "evidence"
    ].startswith("the bank's words name 1000-0, of which")
    await check_books(world)


async def test_words_of_documents_of_two_customers_are_for_a_clerk(world: World) -> None:
    await world.publish(sample.customer("C-1"), sample.customer("C-2"))
    await world.publish(sample.invoice("INV-1", "C-1"), sample.invoice("INV-2", "C-2"))
    await world.settle()
    await world.publish(sample.payment("P-1", None, "200.00", details="1000-1 and 1000-2"))
    await world.settle()
    async with world.http("cash_app", "cash_clerk") as client:
        (suspended,) = (await client.get("/suspense")).json()["items"]
    assert sorted(c["customer_id"] for c in suspended["candidates"]) == ["C-1", "C-2"]


async def test_a_credit_memo_in_the_remittance_however_the_events_are_batched(world: World) -> None:
    await world.publish(sample.customer())
    await world.publish(sample.invoice("INV-1", total="500.00"), sample.invoice("INV-2", total="1100.00"))
    await world.settle()
    await world.publish(sample.payment("P-1", amount="500.00", remittance=[line("1000-1", "500.00")]))
    await world.settle()
    await world.publish(memo("CM-1", "1000-CM-1", "100.00", "1000-1"))
    await world.settle()
    lines = [line("1000-2", "1100.00"), line("1000-CM-1", "-100.00")]
    await world.publish(sample.payment("P-2", amount="1000.00", value_date=date(2026, 3, 12), remittance=lines))
    await world.settle()
    assert settled(world, "P-2") == [("1000-2", "1000.00", "remittance")]
    assert settled(world, "CM-1") == [("1000-2", "100.00", "remittance")]
    await world.publish(sample.invoice("INV-3", total="300.00"))
    await world.settle()
    again = [line("1000-3", "300.00"), line("1000-CM-1", "-100.00")]
    await world.publish(sample.payment("P-3", amount="200.00", value_date=date(2026, 3, 14), remittance=again))
    await world.settle()
    async with world.http("cash_app", "cash_clerk") as client:
        shown = (await client.get("/payments/P-3")).json()
        credit = (await client.get("/payments/CM-1")).json()
        owed = (await client.get("/customers/C-1/open-items")).json()["items"]
    assert shown["notes"] == [
        "the remittance deducts 100.00 USD for credit memo 1000-CM-1, which was used before (100.00 USD for 1000-2 on "
        "2026-03-12): it is not deducted",
        "100.00 USD of 1000-3 stays open",
    ]
    assert credit["document_number"] == "1000-CM-1"
    assert [(item["document_number"], item["open_amount"]) for item in owed] == [("1000-3", "100.00")]


async def test_orders_are_paid_before_they_are_shipped_and_refunded_when_cancelled(world: World) -> None:
    await world.publish(sample.customer())
    await world.publish(
        sample.invoice("INV-31", order_id="SO-11", customer_reference="PO-4711"),
        sample.invoice("INV-32", order_id="SO-12", customer_reference="PO-4712"),
    )
    await world.settle()
    await world.publish(
        sample.payment("P-1", remittance=[line("PO-4712", "100.00")]),
        sample.payment("P-2", remittance=[line("SO-14", "100.00")]),
        sample.payment("P-3", remittance=[line("SO-15", "100.00")]),
        sample.payment("P-4", None, remittance=[line("SO-11", "100.00")]),
    )
    await world.settle()
    assert settled(world, "P-1") == [("1000-32", "100.00", "remittance")]
    assert settled(world, "P-4") == [("1000-31", "100.00", "remittance")]
    await world.publish(sample.invoice("INV-41", total="60.00", order_id="SO-14", invoice_date=date(2026, 3, 12)))
    await world.settle()
    await world.publish(sample.invoice("INV-42", total="40.00", order_id="SO-14", invoice_date=date(2026, 3, 13)))
    await world.publish(closed("SO-15"), closed("SO-14", invoice_id="INV-42", invoiced_amount=Decimal("40.00")))
    await world.settle()
    assert settled(world, "P-2") == [("1000-41", "60.00", "remittance"), ("1000-42", "40.00", "remittance")]
    async with world.http("cash_app", "cash_clerk") as client:
        (waiting,) = (await client.get("/work-queues/unmatched")).json()["items"]
        shown = (await client.get("/work-queues/unmatched/P-3")).json()
    assert waiting["entry_id"] == "P-3"
    assert shown["suggestion"]["action"] == "refund"
    assert shown["suggestion"]["sentence"].startswith("refund it: nothing more of order SO-15 will be invoiced since")
    assert "100.00 USD paid for it is left; refund it" in shown["notes"][-1]
    await check_books(world)


async def test_what_is_kept_back_carries_the_payers_words(world: World) -> None:
    await world.publish(sample.customer(), sample.invoice("INV-1", total="1000.00"))
    await world.settle()
    kept = RemittanceAdjustment(amount=Decimal(70), reason="damage", code="04", text="damaged goods", reference="DM-17")
    lines = [line("1000-1", "930.00", reason="damage", adjustments=(kept,))]
    await world.publish(sample.payment("P-1", amount="930.00", remittance=lines))
    await world.settle()
    (opened,) = world.published(DeductionOpened)
    assert (str(opened.amount), opened.reason, opened.payer_code, opened.payer_text, opened.payer_reference) == (
        "70.00", "damage", "04", "damaged goods", "DM-17",
    )  # fmt: skip
    rows = await world.rows("cash_app", "SELECT payer_code, payer_text, payer_reference FROM deduction")
    assert rows == [("04", "damaged goods", "DM-17")]


def memo(memo_id: str, number: str, total: str, of: str, currency: str = "USD") -> CreditMemoPosted:
    return CreditMemoPosted(
        credit_memo_id=memo_id, credit_memo_number=number, company_id=sample.COMPANY, customer_id="C-1",
        invoice_number=of, credit_date=sample.DAY, currency=currency, net=total, tax="0.00", total=total,
        reason="price",
    )  # fmt: skip


def closed(order_id: str, **changes: Any) -> OpenOrderChanged:
    given: dict[str, Any] = {
        "order_id": order_id, "customer_id": "C-1", "company_id": sample.COMPANY, "order_version": 4,
        "state": "Cancelled", "currency": "USD", "open_amount": Decimal("0.00"), "business_date": date(2026, 3, 15),
    }  # fmt: skip
    return OpenOrderChanged(**{**given, **changes})


async def settle_file(world: World, name: str, *invoices: InvoicePosted) -> list[AppliedLine]:
    """What a file found at a bank settles of these invoices."""
    await own(world, IBAN, "EUR")
    await own(world, "0022222", "USD")
    await world.publish(sample.customer(currency="EUR"), *invoices)
    await world.settle()
    sent = await send(world, found(name), name=name)
    assert sent["stage"] == "posted", sent
    return [settled_line for applied in world.published(PaymentApplied) for settled_line in applied.lines]


@needs_found
async def test_a_file_with_invoice_numbers_in_words(world: World) -> None:
    owed = (("INV-0", "1000.00"), ("INV-3", "200.00"), ("INV-4", "200.00"), ("INV-5", "200.00"))
    lines = await settle_file(
        world,
        "camt053-invoice-numbers-in-words.xml",
        *(sample.invoice(number, total=total, currency="EUR") for number, total in owed),
    )
    assert [(x.document_number, str(x.amount), x.rule) for x in lines] == [
        (f"1000-{n}", "200.00", "bank_words") for n in (3, 4, 5)
    ]
    (payment_id,) = {a.payment_id for a in world.published(PaymentApplied)}
    async with world.http("cash_app", "auditor") as client:
        shown = (await client.get(f"/payments/{payment_id}")).json()
    assert shown["bank"]["details"] == "1000-3 1000-4 1000-5 thank you"
    assert (shown["bank"]["trace_number"], shown["bank"]["payer_name"]) == ("E2E-1", "BIRCH HOTELS GMBH")
    assert shown["bank"]["origin"]["file_name"] == "camt053-invoice-numbers-in-words.xml"


@needs_found
async def test_a_file_with_a_credit_note_amount(world: World) -> None:
    await world.publish(sample.customer(currency="EUR"))
    await world.publish(memo("CN-9", "CN-9", "600.00", "1000-99", currency="EUR"))
    lines = await settle_file(
        world,
        "camt053-credit-note-amount.xml",
        sample.invoice("INV-99", total="10.00", currency="EUR"),
        sample.invoice("INV-1", total="2500.00", currency="EUR"),
        sample.invoice("INV-2", total="1900.00", currency="EUR"),
    )
    paid = [(x.document_number, x.amount) for x in lines]
    assert paid == [("1000-99", 10), ("1000-1", 590), ("1000-1", 1900)], "10.00 of the memo went to what it corrects"


@needs_found
async def test_a_file_with_an_adjustment_and_its_reason(world: World) -> None:
    invoice = sample.invoice("INV-1", total="1000.00", currency="EUR")
    (paid,) = await settle_file(world, "camt053-adjustment-with-reason.xml", invoice)
    assert (paid.document_number, paid.amount, paid.deduction) == ("1000-1", 930, 70)
    (opened,) = world.published(DeductionOpened)
    assert (opened.amount, opened.reason, opened.payer_text) == (70, "damage", "damaged goods")


@needs_found
async def test_a_lockbox_file_with_a_deduction(world: World) -> None:
    invoices = (sample.invoice("INV-1", total="100.00"), sample.invoice("INV-2", total="35.00"))
    await world.publish(sample.customer(payer_accounts=["US-021000021-0009988770"], version=2))
    paid = await settle_file(world, "lockbox-invoice-amount-deduction.bai", *invoices)
    assert [(x.document_number, x.amount, x.deduction) for x in paid] == [("1000-1", 100, 0), ("1000-2", 30, 5)]
    (opened,) = world.published(DeductionOpened)
    assert (opened.amount, opened.document_number) == (5, "1000-2")
