"""A refund that we paid comes back from the bank: it belongs to the refund, never to a customer's invoice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.test_one_receipt_many_messages import ACCOUNT, cash, line, message, own, review, send
from tests.kit import World
from tests.kit.events.sample import customer, day, invoice
from tests.unit.cash_app.bank_files.samples import found, needs_found

DAY = date(2026, 3, 10)


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["cash_app"]) as world:
        await own(world, ACCOUNT)
        await world.publish(customer("C-77001", currency="EUR"), day(date(2026, 3, 5)))
        await world.settle()
        paid = message("S0", line("118.00", ref="IN-118", on=date(2026, 3, 5)), opening="0.00", closing="118.00")
        await send(world, paid)
        ((payment_id,),) = await world.rows("cash_app", "SELECT payment_id FROM payment")
        await do(world, f"/suspense/{payment_id}/assign", {"customer_id": "C-77001"})
        yield world


async def do(world: World, path: str, body: dict[str, Any], who: str = "Pia", role: str = "cash_clerk") -> Any:
    answer = await world.command("cash_app", role, path, {"reason": "the customer asked for it", **body}, person=who)
    assert answer.status_code in (200, 202), answer.text
    await world.settle()
    return answer.json()


async def refund(world: World) -> str:
    ((payment_id,),) = await world.rows("cash_app", "SELECT payment_id FROM payment WHERE unapplied_amount > 0")
    asked = await do(world, f"/payments/{payment_id}/refund", {"amount": "118.00"})
    await do(world, f"/approvals/{asked['approval_id']}/approve", {}, "Max", "controller")
    return str(asked["approval_id"])


async def balance(world: World, account: str) -> Decimal:
    rows = await world.rows(
        "cash_app",
        f"SELECT coalesce(sum(CASE WHEN debit = '{account}' THEN amount ELSE -amount END), 0) "
        f"FROM journal_posting WHERE '{account}' IN (debit, credit)",
    )
    return Decimal(rows[0][0])


def returned(reference: str, words: str = "", amount: str = "118.00") -> str:
    return (
        line(amount, words, ref="RET-1", e2e=reference, on=DAY)
        .replace(">RCDT<", ">ICDT<").replace(">ESCT<", ">RRTN<")
        .replace("</RmtInf>", "</RmtInf><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></RtrInf>")
    )  # fmt: skip


@pytest.mark.parametrize("named_by", ["refund", "customer"])
async def test_the_refund_is_the_customers_credit_again(world: World, named_by: str) -> None:
    refund_id = await refund(world)
    assert (await balance(world, "2130"), await cash(world)) == (-118, 118)
    entry = returned(refund_id.replace("-", "")[:35]) if named_by == "refund" else returned("X-1", "REFUND C-77001")
    content = message("S1", entry, opening="118.00", closing="236.00", on=DAY)
    await send(world, content)
    rows = await world.rows("cash_app", "SELECT state, unapplied_amount, note FROM payment")
    assert [(state, unapplied) for state, unapplied, _ in rows] == [("unapplied", 118)]
    assert f"refund {refund_id} of 118.00 EUR came back: the bank returned it: AC04 account closed" in rows[0][2]
    assert await review(world) == []
    # What came back is in the cash account, and in the clearing account from which it was once paid out.
    assert (await cash(world), await balance(world, "2130")) == (236, -118)

    again = message("S1-corrected", entry, opening="118.00", closing="236.00", on=DAY)
    assert (await send(world, again))["counts"]["seen_before"] == 1
    assert await cash(world) == 236


@needs_found
async def test_what_names_no_refund_waits_for_a_person_and_pays_no_invoice(world: World) -> None:
    refund_id = await refund(world)
    await world.publish(invoice("INV-9", "C-77001", "118.00", currency="EUR", invoice_date=DAY))
    await world.settle()
    await send(world, found("camt053-own-payment-returned.xml"))
    (waiting,) = await review(world)
    assert (waiting["reason_code"], waiting["reason"], waiting["trace_number"]) == (
        "AC04", "account closed", "REFUND-1"
    )  # fmt: skip
    assert f"it may be refund {refund_id} of customer C-77001" in waiting["note"]
    assert await world.rows("cash_app", "SELECT open_amount FROM open_item") == [(118,)]
    taken = await world.command(
        "cash_app", "cash_clerk", f"/bank-entries/{waiting['subject_id']}/take", {"reason": "it is a receipt"}
    )
    assert taken.status_code == 409


async def test_a_returned_payment_with_another_amount_is_no_refund(world: World) -> None:
    refund_id = await refund(world)
    entry = returned(refund_id[:35], amount="117.00")
    await send(world, message("S1", entry, opening="118.00", closing="235.00", on=DAY))
    (waiting,) = await review(world)
    assert "no refund of this amount is known" in waiting["note"]
