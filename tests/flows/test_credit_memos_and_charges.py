"""What a payer keeps back is granted and credited, or charged back; who pays late is charged; the books agree."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.cash_app import DeductionOpened, OpenItemChanged, PaymentApplied
from shared.contracts.collections import CreditMemoRequested, DunningSent, FinanceChargeAssessed
from shared.contracts.credit import CreditHeld, CreditReleased
from shared.contracts.erp import InvoiceBroughtForward
from shared.contracts.invoicing import CreditMemoDeclined, CreditMemoPosted, FinanceChargePosted, InvoicePosted
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, customer, day, payment
from tests.kit.events.upstream import Upstream

TWELVE_PERCENT = {
    "annual_rates": {"USD": "12"}, "late_fees": {}, "day_count": "actual/365", "grace_days": 5, "minimum_balance": {},
    "minimum_charge": {"USD": "1.00"}, "kinds": ["invoice"], "disputed": False, "due_days": 30,
    "excluded_customers": [], "only_customers": ["C-2"],
}  # fmt: skip


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres) as world:
        yield world


async def test_what_is_kept_back_is_credited_and_who_pays_late_is_charged(world: World) -> None:
    upstream = Upstream(world)
    await upstream.open_for_business(
        customer("C-1", jurisdiction="US-CA", credit_limit="150.00", terms={"net_days": 30}),
        customer("C-2"),
        customer("C-3"),
    )
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    await granted(world, upstream)
    await within_authority(world)
    await not_credited(world)
    await charged_back(world)
    await interest(world)
    await by_hand_and_waived(world)
    await books_agree(world)
    for between in (DAY, date(2026, 3, 31)):
        await books_agree(world, as_of=between)


async def granted(world: World, upstream: Upstream) -> None:
    """Goods invoiced, 20.00 kept back for freight; the collector grants it, the held order goes out at once."""
    (invoice,) = world.published(InvoicePosted)
    assert (invoice.net, invoice.tax, invoice.total) == (100, Decimal("7.25"), Decimal("107.25"))
    await pays(world, "P-1", invoice.invoice_number, "87.25", reason="freight")
    (deduction,) = world.published(DeductionOpened)
    assert (deduction.deduction_id, deduction.amount) == ("P-1/A1/D1", 20)
    await upstream.place("O-2", quantity=13)
    assert [held.order_id for held in world.published(CreditHeld)] == ["O-2"]

    await do(world, "collections", "collector", "/deductions/P-1/A1/D1/review", {})
    too_much = {"reason": "all of it", "amount": "20.01"}
    refused = await world.command("collections", "collector", "/deductions/P-1/A1/D1/grant", too_much)
    assert refused.status_code == 422 and "20.00 USD of it is owed" in refused.text
    await do(world, "collections", "collector", "/deductions/P-1/A1/D1/grant", {})
    await world.settle()
    again = await world.command("collections", "collector", "/deductions/P-1/A1/D1/grant", {"reason": "again"})
    assert again.status_code == 409 and "is settled" in again.text

    (asked,), (memo,) = world.published(CreditMemoRequested), world.published(CreditMemoPosted)
    assert (asked.amount, asked.requested_by, asked.reason_code) == (20, "Pat", "freight")
    assert (memo.credit_memo_number, str(memo.net), str(memo.tax)) == ("1000-CM-00000001", "18.65", "1.35")
    assert (memo.invoice_number, memo.settles_document) == (invoice.invoice_number, "P-1/A1/D1")
    settled = [change for change in world.published(OpenItemChanged) if change.item_id == "P-1/A1/D1"]
    assert [(change.open_amount, change.payment_method) for change in settled] == [(20, None), (0, "credit_memo")]
    assert [released.order_id for released in world.published(CreditReleased)] == ["O-2"]
    assert (await shown(world, "collections", "/deductions/P-1/A1/D1"))["state"] == "settled"
    notes = (await shown(world, "collections", "/customers/C-1"))["activities"]
    assert sorted(note["text"].split(" is ")[1] for note in notes) == [
        "granted: the story wants it",
        "in review: the story wants it",
    ]


async def within_authority(world: World) -> None:
    """A clerk credits little alone; more waits for a second person; never more than is left."""
    (invoice,) = world.published(InvoicePosted)
    number = invoice.invoice_number
    body = {"document_number": number, "reason_code": "pricing"}
    little = await do(
        world, "invoicing", "cash_clerk", "/credit-memos", {**body, "lines": [{"line_no": 1, "quantity": 1}]}
    )
    assert (little["state"], little["credit_memo_number"], little["total"]) == ("posted", "1000-CM-00000002", "10.73")
    waiting = await do(world, "invoicing", "cash_clerk", "/credit-memos", {**body, "amount": "30.00"})
    assert (waiting["state"], waiting["credit_memo_number"]) == ("waiting", None)
    path = f"/credit-memos/{waiting['credit_memo_id']}/approve"
    own = await world.command("invoicing", "controller", path, {"reason": "mine"})
    assert own.status_code == 403 and "the requester cannot approve" in own.text
    low = await world.command("invoicing", "cash_clerk", path, {"reason": "yes"}, person="Cleo")
    assert low.status_code == 403 and "may decide on at most 25.00 USD, not 30.00 USD" in low.text
    posted = await do(world, "invoicing", "controller", path, {}, person="Cora")
    assert (posted["credit_memo_number"], posted["decided_by"]) == ("1000-CM-00000003", "Cora")
    twice = await world.command("invoicing", "controller", path, {"reason": "again"}, person="Cora")
    assert twice.status_code == 409 and "was posted by Cora already" in twice.text
    refused: dict[str, dict[str, Any]] = {
        "107.25 was charged and 60.73 credited before, so 46.52 is left": {**body, "amount": "46.53"},
        "'gift' is no reason for a credit memo: use pricing": {**body, "reason_code": "gift"},
        "give an amount or lines, not both": {**body, "amount": "1.00", "lines": [{"line_no": 1, "quantity": 1}]},
        "has no line 7": {**body, "lines": [{"line_no": 7, "quantity": 1}]},
        "10 were invoiced and 1 credited before, so 9 are left": {**body, "lines": [{"line_no": 1, "quantity": 10}]},
        "there is no invoice or finance charge '4711'": {**body, "document_number": "4711"},
    }
    for sentence, body in refused.items():
        answer = await world.command("invoicing", "controller", "/credit-memos", {"reason": "why", **body})
        assert answer.status_code in (404, 422) and sentence in answer.text, answer.text
    listed = await shown(world, "invoicing", "/credit-memos?document_number=" + number + "&limit=2")
    assert len(listed["items"]) == 2 and listed["next_cursor"]
    mistake = await do(world, "invoicing", "controller", f"/credit-memos/{posted['credit_memo_number']}/reverse", {})
    assert mistake["reversed_by"] == "1000-DM-00000001"
    await world.settle()
    (debit,) = [one for one in world.published(InvoicePosted) if one.origin == "debit_memo"]
    assert (debit.invoice_number, str(debit.net), str(debit.tax)) == ("1000-DM-00000001", "27.97", "2.03")
    rests = await world.rows("cash_app", "SELECT sum(unapplied_amount) FROM payment WHERE method = 'credit_memo'")
    assert rests == [(Decimal("10.73"),)]


async def not_credited(world: World) -> None:
    """A collector grants what invoicing has credited already: declined, with the sentence, and looked into again."""
    await owes(world, "OLD-1", "C-3", "500.00", DAY + timedelta(days=20))
    await pays(world, "P-2", "OLD-1", "440.00", reason="pricing", customer_id="C-3")
    body = {"document_number": "OLD-1", "amount": "460.00", "reason_code": "goodwill"}
    memo = await do(world, "invoicing", "controller", "/credit-memos", body)
    await world.settle()
    assert (await shown(world, "collections", "/deductions/P-2/A1/D1"))["state"] == "settled", "by the credit memo"
    await do(world, "cash_app", "cash_clerk", f"/payments/{memo['credit_memo_id']}/reverse", {})
    await world.settle()
    await do(world, "collections", "collector", "/deductions/P-2/A1/D1/grant", {})
    await world.settle()
    (declined,) = world.published(CreditMemoDeclined)
    assert "500.00 was charged and 460.00 credited before, so 40.00 is left" in declined.reason
    deduction = await shown(world, "collections", "/deductions/P-2/A1/D1")
    assert (deduction["state"], deduction["request_id"]) == ("in_review", None)
    assert "credit memo declined by invoicing" in deduction["decision"]


async def charged_back(world: World) -> None:
    """Beyond a collector's authority it waits; the second person declines; charged back, it is dunned."""
    await owes(world, "OLD-2", "C-2", "2000.00", DAY - timedelta(days=3))
    await pays(world, "P-3", "OLD-2", "1700.00", reason="damage", customer_id="C-2")
    path = "/deductions/P-3/A1/D1"
    assert (await do(world, "collections", "collector", f"{path}/grant", {}))["state"] == "waiting"
    own = await world.command("collections", "credit_manager", f"{path}/approve", {"reason": "mine"})
    assert own.status_code == 403 and "Pat requested this" in own.text
    await do(world, "collections", "credit_manager", f"{path}/decline", {}, person="Mia")
    await begins(world, DAY + timedelta(days=1))
    assert not [item for notice in world.published(DunningSent) for item in notice.items if item.item_id == "P-3/A1/D1"]
    await do(world, "collections", "collector", f"{path}/charge-back", {})
    await begins(world, DAY + timedelta(days=2))
    assert [item for notice in world.published(DunningSent) for item in notice.items if item.item_id == "P-3/A1/D1"]
    await pays(world, "P-4", "P-3/A1/D1", "300.00", reason=None, customer_id="C-2")
    assert (await shown(world, "collections", path))["state"] == "settled"


async def interest(world: World) -> None:
    """Switched on for C-2, who owes 1,000.00 since 1 March: 30 days of March at 12 % a year, then paid."""
    change = {"valid_from": "2026-03-20", "reason": "late payers", "document": TWELVE_PERCENT}
    answer = await world.command("collections", "controller", "/policies/finance_charges", change, method="PUT")
    assert answer.is_success, answer.text
    await owes(world, "OLD-3", "C-2", "1000.00", date(2026, 3, 1))
    await owes(world, "OLD-4", "C-1", "1000.00", date(2026, 3, 1))
    await begins(world, date(2026, 3, 31))
    assert not world.published(FinanceChargeAssessed)
    await begins(world, date(2026, 4, 1))
    (assessed,), (charge,) = world.published(FinanceChargeAssessed), world.published(FinanceChargePosted)
    assert [(item.document_number, item.days, item.amount) for item in assessed.items] == [
        ("OLD-3", 30, Decimal("9.86"))
    ]
    assert (charge.charge_number, charge.customer_id, charge.amount, charge.due_date) == (
        "1000-FC-00000001", "C-2", Decimal("9.86"), date(2026, 5, 1),
    )  # fmt: skip
    await begins(world, date(2026, 4, 2))
    assert len(world.published(FinanceChargePosted)) == 1
    await pays(world, "P-5", charge.charge_number, "9.86", reason=None, customer_id="C-2", on=date(2026, 4, 2))
    assert world.published(PaymentApplied)[-1].lines[0].document_number == charge.charge_number
    view = await shown(world, "invoicing", f"/finance-charges/{charge.charge_number}")
    assert (view["kind"], view["items"][0]["days"]) == ("interest", 30)


async def by_hand_and_waived(world: World) -> None:
    """A fee charged by mistake is waived by a credit memo that names it."""
    body = {"customer_id": "C-2", "kind": "fee", "amount": "25.00"}
    charge = await do(world, "invoicing", "controller", "/finance-charges", body)
    assert (charge["charge_number"], charge["charge_date"]) == ("1000-FC-00000002", "2026-04-02")
    path = f"/finance-charges/{charge['charge_number']}/waive"
    memo = await do(world, "invoicing", "collector", path, {})
    assert (memo["state"], memo["document_kind"], memo["total"], memo["tax"]) == ("posted", "fee", "25.00", "0.00")
    again = await world.command("invoicing", "collector", path, {"reason": "again"})
    assert again.status_code == 409 and "was waived before" in again.text
    back = await do(world, "invoicing", "controller", f"/credit-memos/{memo['credit_memo_number']}/reverse", {})
    assert back["reversed_by"] == "1000-FC-00000003"
    await world.settle()
    fees = [change for change in world.published(OpenItemChanged) if change.item_id == charge["charge_id"]]
    assert [change.open_amount for change in fees] == [25, 0]


async def owes(world: World, number: str, customer_id: str, amount: str, due: date) -> None:
    await world.publish(
        InvoiceBroughtForward(
            invoice_number=number, company_id=COMPANY, customer_id=customer_id,
            invoice_date=min(DAY, due) - timedelta(days=30), due_date=due, currency="USD", amount=amount,
        )
    )  # fmt: skip
    await world.settle()


async def pays(
    world: World,
    payment_id: str,
    number: str,
    amount: str,
    *,
    reason: str | None,
    customer_id: str = "C-1",
    on: date = DAY,
) -> None:
    line = {"document_number": number, "amount": amount, "reason": reason}
    await world.publish(payment(payment_id, customer_id, amount, value_date=on, remittance=[line]))
    await world.settle()


async def begins(world: World, on: date) -> None:
    await world.publish(day(on))
    await world.settle()


async def do(world: World, service: str, role: str, path: str, body: dict[str, Any], *, person: str = "Pat") -> Any:
    """A command that has to succeed."""
    answer = await world.command(service, role, path, {"reason": "the story wants it", **body}, person=person)
    assert answer.is_success, answer.text
    return answer.json()


async def shown(world: World, service: str, path: str) -> Any:
    async with world.http(service, "controller") as client:
        answer = await client.get(path)
        assert answer.is_success, answer.text
        return answer.json()
