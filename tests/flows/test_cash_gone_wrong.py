"""When it goes wrong: the wrong customer, a returned check, a payment reported twice, a bad debt; all put right by its
opposite, and the books agree as of every day in between."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.cash_app import (
    ItemWrittenOff,
    OpenItemChanged,
    PaymentApplied,
    PaymentDishonored,
    PaymentRefunded,
    PaymentTransferred,
    PaymentUnapplied,
)
from shared.contracts.collections import (
    ActivityLogged,
    CreditHoldLifted,
    CreditHoldRequested,
    PromiseBroken,
    PromiseKept,
)
from shared.contracts.erp import InvoiceBroughtForward, PaymentReturned
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, customer, day, payment

DUE = DAY + timedelta(days=30)


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres) as world:
        await world.publish(customer("C-1"), customer("C-2"))
        await world.settle()
        owed = {"A-1": ("C-1", "100.00"), "A-2": ("C-1", "60.00"), "B-1": ("C-2", "100.00"), "B-2": ("C-2", "40.00")}
        await world.publish(*(brought_forward(number, *what) for number, what in owed.items()), day(on(8)))
        await world.settle()
        yield world
        await books_agree(world)
        for between in (on(8), on(10), on(12), on(14)):
            await books_agree(world, as_of=between)


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def brought_forward(number: str, customer_id: str, amount: str) -> InvoiceBroughtForward:
    return InvoiceBroughtForward(
        invoice_number=number, company_id=COMPANY, customer_id=customer_id, invoice_date=DAY, due_date=DUE,
        currency="USD", amount=amount,
    )  # fmt: skip


def names(number: str, amount: str) -> list[dict[str, str]]:
    return [{"document_number": number, "amount": amount}]


def returned(return_id: str, amount: str, day: int, original: str | None = None) -> PaymentReturned:
    return PaymentReturned(
        return_id=return_id, bank_reference=f"BANK-{return_id}", original_bank_reference=original, company_id=COMPANY,
        currency="USD", amount=amount, value_date=on(day), reason_code="R01", reason="insufficient funds",
    )  # fmt: skip


async def open_items(world: World) -> dict[str, Decimal]:
    rows = await world.rows("cash_app", "SELECT document_number, open_amount FROM open_item WHERE open_amount > 0")
    return dict(rows)


async def do(world: World, path: str, body: dict[str, Any], who: str = "Pia", role: str = "cash_clerk") -> Any:
    """A clerk's command, which has to succeed; ends when all services have handled it."""
    answer = await world.command("cash_app", role, path, {"reason": "the story wants it", **body}, person=who)
    assert answer.is_success, answer.text
    await world.settle()
    return answer.json()


async def shown(world: World, path: str, **params: Any) -> Any:
    async with world.http("cash_app", "controller") as client:
        answer = await client.get(path, params=params)
        assert answer.is_success, answer.text
        return answer.json()


async def test_what_goes_wrong_is_put_right(world: World) -> None:
    await wrong_customer(world)
    await check_returned(world)
    await reported_twice(world)
    await bad_debt(world)
    await return_of_an_unknown_payment(world)
    await what_the_controller_sees(world)
    await cents_too_much(world)


async def wrong_customer(world: World) -> None:
    """C-1's account, but it was C-2 who paid: one step moves the money and settles the right invoice."""
    await world.publish(payment("P-1", "C-1", "100.00", value_date=on(8)))
    await world.settle()
    assert await open_items(world) == {"A-2": 60, "B-1": 100, "B-2": 40}
    moved = await do(world, "/payments/P-1/transfer", {"to_customer_id": "C-2"})
    assert await open_items(world) == {"A-1": 100, "A-2": 60, "B-2": 40}
    (transfer,), (undone,) = world.published(PaymentTransferred), world.published(PaymentUnapplied)
    assert (transfer.from_customer_id, transfer.to_customer_id, transfer.amount) == ("C-1", "C-2", 100)
    assert (undone.cause, undone.customer_id, undone.amount) == ("transferred", "C-1", 100)
    assert [line["document_number"] for line in moved["settled"]] == ["B-1"]
    reopened = [c for c in world.published(OpenItemChanged) if c.cause == "unapplied"]
    assert [(c.document_number, c.item_version, c.due_date) for c in reopened] == [("A-1", 3, DUE)]


async def check_returned(world: World) -> None:
    """The check that kept a promise bounces: the item is owed as before, with a fee, and the promise is broken."""
    promise = {"amount": "60.00", "currency": "USD", "due_on": on(12).isoformat()}
    assert (await world.command("collections", "collector", "/customers/C-1/promises", promise)).is_success
    await world.publish(
        payment("P-2", "C-1", "60.00", value_date=on(9), method="check", remittance=names("A-2", "60.00"))
    )
    await world.settle()
    assert len(world.published(PromiseKept)) == 1
    await world.publish(returned("R-2", "60.00", 10, original="BANK-P-2"))
    await world.settle()
    assert await open_items(world) == {"A-1": 100, "A-2": 60, "B-2": 40, "FEE-R-2": 25}
    assert [broken.customer_id for broken in world.published(PromiseBroken)] == ["C-1"]
    assert len(world.published(CreditHoldRequested)) == 1
    (noted,) = [a for a in world.published(ActivityLogged) if a.kind == "note"]
    assert noted.text == ("payment P-2: the bank returned the payment: R01 insufficient funds; 60.00 USD is owed again")
    assert (await shown(world, "/payments/P-2"))["state"] == "returned"
    (account,) = (await shown(world, "/customers/C-1/account", as_of=on(9).isoformat()))["balances"]
    assert account["open_items"] == "100.00"
    await world.publish(payment("P-2B", "C-1", "85.00", value_date=on(11)))
    await world.settle()
    assert len(world.published(CreditHoldLifted)) == 1


async def reported_twice(world: World) -> None:
    """The bank reports a payment again under another reference: it is held, and paid back when two people agree."""
    await do(world, "/payments/P-2B/reverse", {})
    lines = [
        {"item_id": item_id, "amount": amount}
        for item_id, amount in await world.rows(
            "cash_app", "SELECT item_id, open_amount::text FROM open_item WHERE document_number IN ('A-2', 'FEE-R-2')"
        )
    ]
    version = (await shown(world, "/work-queues/unmatched/P-2B"))["version"]
    step = {"payments": [{"payment_id": "P-2B", "expected_version": version, "lines": lines}]}
    await do(world, "/work-queues/applications", step)
    late = await world.command(
        "cash_app", "cash_clerk", "/work-queues/applications", {**step, "reason": "a second clerk"}
    )
    assert late.status_code == 409, late.text
    assert await open_items(world) == {"A-1": 100, "B-2": 40}

    for n in (3, 4):
        await world.publish(payment(f"P-{n}", "C-1", "100.00", value_date=on(9 + n), remittance=names("A-1", "100.00")))
        await world.settle()
    held = await shown(world, "/work-queues/duplicates/P-4")
    assert held["candidates"][0]["id"] == "P-3" and held["suggestion"]["action"] == "refund"
    order = await do(world, "/payments/P-4/refund", {"amount": "100.00", "expected_version": held["version"]})
    alone = await world.command(
        "cash_app", "cash_clerk", f"/approvals/{order['approval_id']}/approve", {"reason": "me again"}, person="Pia"
    )
    assert alone.status_code == 403
    await do(world, f"/approvals/{order['approval_id']}/approve", {}, who="Carl", role="controller")
    (refund,) = world.published(PaymentRefunded)
    assert (refund.amount, refund.ordered_by, refund.approved_by) == (100, "Pia", "Carl")
    assert (await shown(world, "/work-queues/duplicates"))["items"] == []


async def bad_debt(world: World) -> None:
    """Collections writes off what B-2 owes, by two people; a clerk writes off a small rest alone, and reverses it."""
    ((item_id,),) = await world.rows("collections", "SELECT item_id FROM open_item WHERE document_number = 'B-2'")
    ask = {"amount": "30.00", "reason": "insolvent"}
    asked = await world.command("collections", "collector", f"/items/{item_id}/write-off", ask, person="Ruth")
    assert asked.status_code == 202, asked.text
    path = f"/write-offs/{asked.json()['approval_id']}/approve"
    approved = await world.command("collections", "credit_manager", path, {"reason": "agreed"}, person="Mona")
    assert approved.json()["state"] == "approved", approved.text
    await world.settle()
    small = await do(world, f"/open-items/{item_id}/write-off", {"amount": "10.00"})
    assert "B-2" not in await open_items(world)
    await do(world, f"/write-offs/{small['approval_id']}/reverse", {})
    assert (await open_items(world))["B-2"] == 10
    assert sorted(w.amount for w in world.published(ItemWrittenOff)) == [-10, 10, 30]
    changes = await shown(world, f"/open-items/{item_id}/changes")
    assert [c["cause"] for c in changes] == ["posted", "write_off", "write_off", "write_off_reversed"]


async def return_of_an_unknown_payment(world: World) -> None:
    """A return without a reference waits; a clerk matches it, wrongly, and undoes it: all is as it was."""
    await world.publish(returned("R-9", "100.00", 14), returned("R-10", "30.00", 14, original="BANK-P-10"))
    await world.settle()
    await world.publish(payment("P-10", "C-1", "30.00", value_date=on(13)))
    await world.settle()
    assert (await shown(world, "/payments/P-10"))["state"] == "returned"
    (dishonored,) = [event for event in world.published(PaymentDishonored) if event.payment_id == "P-10"]
    assert (dishonored.customer_id, dishonored.amount, dishonored.applications_undone) == ("C-1", 30, 0)
    noted = [a.text for a in world.published(ActivityLogged) if a.text.startswith("payment P-10 ")]
    assert noted == [f"payment P-10 of 30.00 USD, which was not applied to any item: {dishonored.reason}"]
    before = await open_items(world)
    assert before == {"B-2": 10, "FEE-R-10": 25}
    found = await shown(world, "/work-queues/returns/R-9")
    assert {"P-1", "P-3"} <= {candidate["id"] for candidate in found["candidates"]}
    await do(world, "/returns/R-9/match", {"payment_id": "P-1"})
    assert await open_items(world) == {**before, "B-1": 100, "FEE-R-9": 25}
    undone = await do(world, "/returns/R-9/unmatch", {})
    assert undone["payments"][0]["state"] == "unapplied"
    suggested = (await shown(world, "/work-queues/unmatched/P-1"))["suggestion"]
    assert suggested["lines"][0]["document_number"] == "B-1"
    line = {"item_id": suggested["lines"][0]["item_id"], "amount": "100.00"}
    await do(world, "/payments/P-1/apply", {"lines": [line]})
    assert await open_items(world) == before


async def what_the_controller_sees(world: World) -> None:
    """The queues are the journal's balances; a posting leads to its payment and invoice; people's work is counted."""
    totals = {q["queue"]: Decimal(q["amount"]) for q in await shown(world, "/work-queues")}
    assert totals == {"returns": -100}
    trial = await shown(world, "/journal/trial-balance", as_of=on(30).isoformat())
    balances = {line["account"]: line["balance"] for line in trial["lines"]}
    assert (balances["2100"], balances["2110"], balances["2130"]) == ("100.00", "0.00", "-100.00")
    applied = world.published(PaymentApplied)[0]
    entry = await shown(world, f"/journal/entries/{applied.application_id}/R", customer_id=applied.customer_id)
    assert [(p["debit_name"], p["credit_name"]) for p in entry["postings"]] == [("receivables", "unapplied cash")]
    assert [p["payment_id"] for p in entry["payments"]] == ["P-1"]
    assert [i["document_number"] for i in entry["items"]] == ["A-1"]
    span = {"since": DAY.isoformat(), "until": on(30).isoformat()}
    (rate,) = (await shown(world, "/reports/match-rate", **span))["lines"]
    assert (rate["payments"], rate["payments_by_rule"], rate["lines"]) == (6, 3, 4)
    by_rule = (await shown(world, "/reports/match-rate", by="rule", **span))["lines"]
    assert {line["label"]: line["lines"] for line in by_rule} == {"by_hand": 3, "remittance": 1}


async def cents_too_much(world: World) -> None:
    """A surplus within the tolerance is kept, and given back when the application is undone."""
    change = {"valid_from": on(8).isoformat(), "reason": "too small to talk about"}
    tolerance = {"amount": "0.50", "percent": "5"}
    document = {"standard": {"tolerance": tolerance, "rule_set": {"written_off_items": "keep"}}}
    path = "/policies/application_rules"
    answer = await world.command("cash_app", "controller", path, {**change, "document": document}, method="PUT")
    assert answer.is_success, answer.text
    world.forget()
    await world.publish(payment("P-11", "C-2", "10.30", value_date=on(14), remittance=names("B-2", "10.30")))
    await world.settle()
    (applied,) = world.published(PaymentApplied)
    assert (applied.amount, applied.paid_currency, applied.paid_amount) == (10, "USD", Decimal("10.30"))
    assert "0.30 USD too much is kept as a small difference" in applied.lines[0].why
    assert await open_items(world) == {"FEE-R-10": 25}
    assert (await shown(world, "/payments/P-11"))["state"] == "applied"
    assert await small_differences(world) == Decimal("-0.30")

    await do(world, "/payments/P-11/reverse", {})
    assert await open_items(world) == {"B-2": 10, "FEE-R-10": 25}
    given_back = await shown(world, "/payments/P-11")
    assert (given_back["state"], given_back["unapplied_amount"]) == ("unapplied", "10.30")
    assert await small_differences(world) == 0
    await world.publish(payment("P-12", "C-2", "10.51", value_date=on(14), remittance=names("B-2", "10.51")))
    await world.publish(payment("P-13", "C-1", "25.40", value_date=on(14), remittance=names("FEE-R-10", "25.40")))
    await world.settle()
    rested = await shown(world, "/payments/P-12")
    assert (rested["state"], rested["unapplied_amount"]) == ("unapplied", "0.51"), "beyond the limit a person decides"
    assert await small_differences(world) == Decimal("-0.40")


async def small_differences(world: World) -> Decimal:
    trial = await shown(world, "/journal/trial-balance", as_of=on(30).isoformat())
    return Decimal({line["account"]: line["balance"] for line in trial["lines"]}.get("4910", "0"))
