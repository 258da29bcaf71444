"""Cash application on real Kafka and PostgreSQL: events consumed and published, bookings, and requests over HTTP."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shared.chassis.envelope import encode
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.contracts.cash_app import CustomerCreditIssued, OpenItemChanged, PaymentApplied, PaymentSuspended
from shared.contracts.erp import RemittanceLine
from shared.contracts.journal import JournalBatchSubmitted
from tests.kit.events import sample
from tests.kit.stack.world import World

JOURNAL = """
SELECT account, sum(change) FROM (
    SELECT debit AS account, amount AS change FROM journal_posting
    UNION ALL SELECT credit, -amount FROM journal_posting
) AS moved GROUP BY account HAVING sum(change) <> 0 ORDER BY account
"""
MOVED = "SELECT account, sum(change) FROM cash_movement GROUP BY account HAVING sum(change) <> 0 ORDER BY account"


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        yield world


def named(*numbers: str, amount: str = "100.00") -> list[RemittanceLine]:
    return [RemittanceLine(document_number=number, amount=Decimal(amount)) for number in numbers]


async def payments(world: World) -> dict[str, tuple[str, Decimal]]:
    """State and unapplied amount of every payment."""
    rows = await world.rows("cash_app", "SELECT payment_id, state, unapplied_amount FROM payment")
    return {payment_id: (state, unapplied) for payment_id, state, unapplied in rows}


async def check_books(world: World) -> None:
    """Receivables and held money in the journal against items and payments, per account."""
    journal = dict(await world.rows("cash_app", JOURNAL))
    (relief,) = await world.rows(
        "cash_app", "SELECT coalesce(sum(change), 0) FROM item_movement WHERE cause <> 'posted'"
    )
    assert journal.get("1200", 0) == relief[0]
    held = dict(await world.rows("cash_app", MOVED))
    for account, name in (("2100", "suspense"), ("2110", "unapplied"), ("2120", "on_account")):
        assert -journal.get(account, 0) == held.get(name, 0)
        (state,) = await world.rows(
            "cash_app", "SELECT coalesce(sum(unapplied_amount), 0) FROM payment WHERE state = $1", name
        )
        assert state[0] == held.get(name, 0)


async def test_an_invoice_is_paid_and_the_application_published(world: World) -> None:
    await world.publish(sample.customer())
    await world.publish(sample.invoice())
    await world.settle()
    await world.publish(sample.payment(remittance=named("1000-1")))
    await world.settle()
    (applied,) = world.published(PaymentApplied)
    assert (applied.application_id, applied.amount, applied.applied_on) == ("P-1/A1", 100, date(2026, 3, 10))
    assert applied.lines[0].why == "the remittance names 1000-1"
    changes = [(c.item_version, c.cause, c.open_amount) for c in world.published(OpenItemChanged)]
    assert changes == [(1, "posted", 100), (2, "cash", 0)]
    assert await world.rows("cash_app", "SELECT closed_on FROM open_item") == [(date(2026, 3, 10),)]
    await check_books(world)


async def test_invoice_and_payment_of_one_batch_and_a_payment_before_its_invoice(world: World) -> None:
    await world.publish(sample.customer())
    await world.settle()
    await world.publish(
        sample.payment("P-1", remittance=named("1000-1")),
        sample.payment("P-2", remittance=named("1000-2")),
        sample.invoice("INV-1"),
    )
    await world.settle()
    assert await payments(world) == {"P-1": ("applied", 0), "P-2": ("unapplied", 100)}
    await world.publish(sample.invoice("INV-2", invoice_date=date(2026, 3, 12)))
    await world.settle()
    assert await payments(world) == {"P-1": ("applied", 0), "P-2": ("applied", 0)}
    assert [a.applied_on for a in world.published(PaymentApplied)] == [date(2026, 3, 10), date(2026, 3, 12)]
    await check_books(world)


async def test_the_same_bank_reference_is_one_payment(world: World) -> None:
    await world.publish(sample.customer(), sample.invoice())
    await world.settle()
    await world.publish(sample.payment("P-1", amount="60.00", bank_reference="BANK-7"))
    await world.settle()
    await world.publish(
        sample.payment("P-1", amount="60.00", bank_reference="BANK-7"),
        sample.payment("P-1-again", amount="60.00", bank_reference="BANK-7", customer_id=None, payer_account="X"),
    )
    await world.settle()
    assert list(await payments(world)) == ["P-1"]
    rows = await world.rows("cash_app", "SELECT payment_id, first_payment_id FROM duplicate_payment ORDER BY 1")
    assert rows == [("P-1", "P-1"), ("P-1-again", "P-1")]
    assert await world.rows("cash_app", "SELECT open_amount FROM open_item") == [(40,)]
    async with world.http("cash_app", "auditor") as client:
        shown = (await client.get("/payments/P-1")).json()
    assert {d["payment_id"] for d in shown["duplicates"]} == {"P-1", "P-1-again"}
    await check_books(world)
    changes = {"amount": "30.00", "trace_number": "TRACE-30", "value_date": date(2026, 3, 14)}
    await world.publish(
        sample.payment("P-30", **changes), sample.payment("P-31", **{**changes, "value_date": date(2026, 3, 15)})
    )
    await world.settle()
    async with world.http("cash_app", "auditor") as client:
        (held,) = (await client.get("/work-queues/duplicates", params={"company_id": sample.COMPANY})).json()["items"]
    assert (held["entry_id"], held["amount"]) == ("P-31", "30.00")
    assert held["evidence"].endswith("(bank reference BANK-P-30) with the same trace number TRACE-30")
    assert (await payments(world))["P-31"] == ("unapplied", 30)


async def test_a_payment_whose_reference_is_none_is_kept_with_a_sentence(world: World) -> None:
    await world.publish(sample.customer())
    await world.publish(sample.payment("P-2"), sample.payment("P-3"))
    await world.settle()
    bad = encode(sample.payment("P-1"), world.context(sample.payment("P-1")))
    await world.publish_encoded(bad._replace(value=bad.value.replace(b"BANK-P-1", b"-")))
    await world.settle()
    assert sorted(await payments(world)) == ["P-2", "P-3"]
    ((reason,),) = await world.rows("cash_app", "SELECT reason FROM dead_letter")
    assert "bank_reference: String should match pattern" in reason
    async with world.http("cash_app", "cash_clerk") as client:
        (failed,) = (await client.get("/work-queues/failed")).json()["items"]
        totals = {
            q["queue"]: (q["currency"], q["entries"], q["amount"]) for q in (await client.get("/work-queues")).json()
        }
        (credit, *_) = (await client.get("/work-queues/on_account", params={"customer_id": "C-1"})).json()["items"]
        entry = (await client.get(f"/work-queues/on_account/{credit['entry_id']}")).json()
    assert (failed["event_type"], failed["subject_id"], failed["reason"]) == ("PaymentReceived", "P-1", reason)
    assert totals["failed"] == ("USD", 1, "100.00") and totals["on_account"] == ("USD", 2, "200.00")
    assert entry["suggestion"]["sentence"].startswith("nothing is open")
    path, why = f"/work-queues/failed/{failed['event_id']}/retry", {"reason": "the bank confirms it"}
    again = await world.command("cash_app", "cash_clerk", path, why)
    assert again.status_code == 409 and "could not be handled again" in again.json()["detail"]


class TestSuspense:
    async def test_a_clerk_assigns_nobodys_money_and_it_is_applied(self, world: World) -> None:
        await world.publish(sample.customer(), sample.invoice(), sample.day(date(2026, 3, 20)))
        await world.publish(sample.payment(customer_id=None, payer_account="STRANGE", payer_name="Cousin"))
        await world.settle()
        (suspended,) = world.published(PaymentSuspended)
        reason = "payer account STRANGE is not known for any customer; the payer's name Cousin"
        assert suspended.reason.startswith(reason)
        async with world.http("cash_app", "cash_clerk") as client:
            (shown,) = (await client.get("/suspense")).json()["items"]
        assert (shown["payer_name"], shown["amount"]) == ("Cousin", "100.00")
        body = {"customer_id": "C-1", "reason": "the cousin pays for them"}
        answer = await world.command("cash_app", "cash_clerk", "/suspense/P-1/assign", body, key="once")
        assert (answer.status_code, answer.json()["state"]) == (200, "applied")
        again = await world.command("cash_app", "cash_clerk", "/suspense/P-1/assign", body, key="once")
        assert again.json() == answer.json()
        late = await world.command("cash_app", "cash_clerk", "/suspense/P-1/assign", body)
        assert late.status_code == 409
        await world.settle()
        assert world.published(PaymentApplied)[0].applied_on == date(2026, 3, 20)
        assert len(await world.rows("cash_app", "SELECT 1 FROM audit_entry")) == 1
        await check_books(world)

    async def test_only_a_clerk_may_and_only_for_known_customers(self, world: World) -> None:
        await world.publish(sample.payment(customer_id=None))
        await world.settle()
        body = {"customer_id": "C-9", "reason": "a guess"}
        assert (await world.command("cash_app", "collector", "/suspense/P-1/assign", body)).status_code == 403
        answer = await world.command("cash_app", "cash_clerk", "/suspense/P-1/assign", body)
        assert (answer.status_code, answer.json()["detail"]) == (
            422,
            "customer 'C-9' is not known: check the customer number",
        )
        await world.publish(sample.customer("C-9"))
        await world.settle()
        missing = await world.command("cash_app", "cash_clerk", "/suspense/P-9/assign", body)
        assert missing.status_code == 404

    async def test_money_of_a_customer_without_master_data_is_applied_when_they_arrive(self, world: World) -> None:
        await world.publish(sample.payment("P-1"), sample.payment("P-2", customer_id=None, payer_account="ACC-C-1"))
        await world.settle()
        assert {state for state, _ in (await payments(world)).values()} == {"suspense"}
        await world.publish(sample.customer())
        await world.settle()
        assert await payments(world) == {"P-1": ("on_account", 100), "P-2": ("on_account", 100)}
        assert world.published(CustomerCreditIssued)[1].on_account_balance == 200
        await check_books(world)

    async def test_an_account_that_stopped_being_ambiguous_is_noticed_the_next_day(self, world: World) -> None:
        await world.publish(
            sample.customer("C-1", payer_accounts=["ACC"]), sample.customer("C-2", payer_accounts=["ACC"])
        )
        await world.settle()
        await world.publish(sample.payment(customer_id=None, payer_account="ACC"))
        await world.settle()
        assert await payments(world) == {"P-1": ("suspense", 100)}
        await world.publish(sample.customer("C-2", version=2, payer_accounts=[]), sample.day(date(2026, 3, 11)))
        await world.settle()
        await world.publish(sample.day(date(2026, 3, 12)))
        await world.settle()
        assert await payments(world) == {"P-1": ("on_account", 100)}
        await check_books(world)


async def test_an_older_version_of_a_customer_changes_nothing(world: World) -> None:
    await world.publish(sample.customer(version=3, name="New", payer_accounts=["NEW"]))
    await world.settle()
    await world.publish(sample.customer(version=2, name="Old", payer_accounts=["OLD"]))
    await world.settle()
    assert await world.rows("cash_app", "SELECT name, version FROM customer_ledger") == [("New", 3)]
    assert await world.rows("cash_app", "SELECT payer_account FROM payer_account") == [("NEW",)]


async def test_a_clerk_applies_waiting_money_by_hand(world: World) -> None:
    await world.publish(sample.customer(), sample.invoice(), sample.day(date(2026, 3, 15)))
    await world.settle()
    await world.publish(sample.payment(remittance=named("PO 77/A")))
    await world.settle()
    assert await payments(world) == {"P-1": ("unapplied", 100)}
    too_much = {"lines": [{"item_id": "INV-1", "amount": "100.01"}], "reason": "letter O for zero"}
    refused = await world.command("cash_app", "cash_clerk", "/payments/P-1/apply", too_much)
    assert refused.status_code == 422
    body = {"lines": [{"item_id": "INV-1", "amount": "100.00"}], "reason": "letter O for zero"}
    answer = await world.command("cash_app", "cash_clerk", "/payments/P-1/apply", body)
    assert answer.json()["lines"][0]["why"] == "letter O for zero (Pat)"
    await world.settle()
    assert await payments(world) == {"P-1": ("applied", 0)}
    assert await world.rows("cash_app", "SELECT waiting FROM pending_document") == [(False,)]
    async with world.http("cash_app", "cash_clerk") as client:
        shown = (await client.get("/payments/P-1")).json()
    assert (shown["applications"][0]["rule"], shown["pending_documents"]) == ("by_hand", [])
    await check_books(world)


async def test_the_account_of_a_customer_as_of_any_day(world: World) -> None:
    await world.publish(sample.customer())
    await world.publish(sample.invoice("INV-1"))
    await world.settle()
    await world.publish(sample.payment(amount="130.00", value_date=date(2026, 3, 10)))
    await world.settle()
    await world.publish(sample.invoice("INV-2", invoice_date=date(2026, 3, 20), total="50.00"))
    await world.settle()
    async with world.http("cash_app", "collector") as client:
        balances = {}
        for day in ("2026-03-09", "2026-03-20", "2026-03-10"):
            shown = (await client.get("/customers/C-1/account", params={"as_of": day})).json()
            (balances[day],) = ([b["open_items"], b["on_account"]] for b in shown["balances"])
        assert balances == {
            "2026-03-09": ["100.00", "0.00"],
            "2026-03-10": ["0.00", "30.00"],
            "2026-03-20": ["20.00", "0.00"],
        }
        assert [p["on_account"] for p in shown["payments"]] == ["30.00"]
        assert [a["document_number"] for a in shown["applications"]] == ["1000-1"]
        assert (await client.get("/customers/C-9/account")).status_code == 404


async def test_lists_are_read_page_by_page_and_filtered(world: World) -> None:
    await world.publish(sample.customer())
    await world.publish(*(sample.invoice(f"INV-{n}") for n in range(5)))
    await world.publish(*(sample.payment(f"P/{n}", value_date=date(2026, 3, 10 + n)) for n in range(5)))
    await world.settle()
    async with world.http("cash_app", "controller") as client:
        first = (await client.get("/payments", params={"limit": 3, "customer_id": "C-1"})).json()
        rest = (await client.get("/payments", params={"limit": 3, "cursor": first["next_cursor"]})).json()
        assert [p["payment_id"] for p in first["items"] + rest["items"]] == [f"P/{n}" for n in (4, 3, 2, 1, 0)]
        assert (await client.get("/payments/P/3")).json()["payment_id"] == "P/3"
        some = (await client.get("/payments", params={"since": "2026-03-11", "until": "2026-03-12"})).json()
        assert len(some["items"]) == 2
        assert (await client.get("/open-items")).json()["items"] == []
        assert (await client.get("/customers/C-1/open-items")).json()["items"] == []
        assert (await client.get("/payments", params={"state": "lost"})).status_code == 422


async def test_two_replicas_apply_many_payments_of_few_customers_once(world: World) -> None:
    customers = [f"C-{n}" for n in range(4)]
    await world.publish(*(sample.customer(c, payer_accounts=[f"ACC-{c}", f"B-{c}"]) for c in customers))
    await world.settle()
    second = ServiceRuntime(world.service("cash_app"), world.settings("cash_app"))
    await second.start()
    try:
        invoices = [sample.invoice(f"INV-{c}-{n}", c) for c in customers for n in range(50)]
        paid = [
            sample.payment(f"P-{c}-{n}", None if n % 2 else c, payer_account=f"{'ACC' if n % 3 else 'B'}-{c}")
            for c in customers
            for n in range(50)
        ]
        again = [p.model_copy(update={"payment_id": f"{p.payment_id}-x", "payer_account": None}) for p in paid]
        await world.publish(*invoices, *paid, *again)
        await world.settle()
    finally:
        await second.stop()
    counted = await world.rows(
        "cash_app", "SELECT count(*) FROM payment UNION ALL SELECT count(*) FROM duplicate_payment"
    )
    assert [n for (n,) in counted] == [200, 200]
    ((open_left, held),) = await world.rows(
        "cash_app", "SELECT (SELECT sum(open_amount) FROM open_item), (SELECT sum(unapplied_amount) FROM payment)"
    )
    assert open_left == held
    assert await world.rows("cash_app", "SELECT reason FROM dead_letter") == []
    await check_books(world)


async def test_one_customers_thousands_of_items_in_one_sweep(world: World) -> None:
    await world.publish(sample.customer())
    await world.publish(*(sample.invoice(f"INV-{n:05}", total="1.00") for n in range(10_000)))
    await world.settle()
    agreed = {"customers": {"C-1": {"rule_set": {"rules": ["oldest_first"]}}}}
    change = {"valid_from": "2026-01-01", "reason": "the oldest first, as agreed", "document": agreed}
    answer = await world.command("cash_app", "controller", "/policies/application_rules", change, method="PUT")
    assert answer.is_success, answer.text
    await world.publish(sample.payment("P-1", amount="9900.00"))
    await world.settle()
    assert await world.rows("cash_app", "SELECT sum(open_amount) FROM open_item") == [(Decimal("100.00"),)]
    assert sum(a.amount for a in world.published(PaymentApplied)) == Decimal("9900.00")
    await check_books(world)


async def test_the_journal_of_a_day_goes_to_the_general_ledger(world: World) -> None:
    await world.publish(sample.customer(), sample.invoice(), sample.day(date(2026, 3, 10)))
    await world.publish(sample.payment())
    await world.settle()
    await world.publish(sample.day(date(2026, 3, 11)), identity=uuid.uuid4())
    await world.settle()
    (batch,) = world.published(JournalBatchSubmitted)
    totals = {t.account: t.debit - t.credit for t in batch.totals}
    assert totals == {"1000": 100, "2110": 0, "1200": -100}
