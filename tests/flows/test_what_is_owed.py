"""What is owed is right: discounts with their tax, credit memos, bounced payments and recovered write-offs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.cash_app import OpenItemChanged, PaymentApplied, PaymentUnapplied
from shared.contracts.erp import PaymentReceived, PaymentReturned
from shared.contracts.invoicing import CreditMemoPosted, InvoicePosted
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, customer, day, payment
from tests.kit.events.upstream import Upstream

TERMS = {"net_days": 30, "discount_days": 10, "discount_percent": "2"}


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres) as world:
        yield world


async def pays(world: World, payment_id: str, number: str, amount: str, **given: Any) -> PaymentReceived:
    lines = [{"document_number": number, "amount": amount}]
    value_date = given.pop("value_date", DAY + timedelta(days=5))
    event = payment(payment_id, "C-1", amount, remittance=lines, value_date=value_date, **given)
    await world.publish(event)
    await world.settle()
    return event


async def do(world: World, path: str, who: str = "Pia", role: str = "cash_clerk", **body: Any) -> Any:
    """A command of a person, which has to succeed; ends when all services have handled what follows from it."""
    answer = await world.command("cash_app", role, path, {"reason": "the story wants it", **body}, person=who)
    assert answer.is_success, answer.text
    await world.settle()
    return answer.json()


def open_on(world: World, invoice: InvoicePosted) -> Decimal:
    changes = [each for each in world.published(OpenItemChanged) if each.item_id == invoice.invoice_id]
    return max(changes, key=lambda each: each.item_version).open_amount


async def test_a_discount_on_an_invoice_with_value_added_tax(world: World) -> None:
    upstream = Upstream(world)
    await upstream.open_for_business(customer("C-1", jurisdiction="DE", terms=TERMS))
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    (invoice,) = world.published(InvoicePosted)
    assert (invoice.jurisdiction, invoice.total, invoice.discount_amount) == ("DE", 119, Decimal("2.38"))
    await pays(world, "P-1", invoice.invoice_number, "116.62")
    (applied,) = world.published(PaymentApplied)
    (line,) = applied.lines
    assert (open_on(world, invoice), line.discount) == (0, Decimal("2.38"))
    assert [(tax.tax_percent, tax.tax) for tax in line.discount_taxes] == [(19, Decimal("0.38"))]
    await books_agree(world)
    await do(world, "/payments/P-1/reverse")
    (undone,) = world.published(PaymentUnapplied)
    assert (open_on(world, invoice), undone.lines[0].discount_taxes) == (119, line.discount_taxes)
    await books_agree(world)


async def test_the_bank_takes_back_a_part_and_credit_pays_what_is_owed_again(world: World) -> None:
    upstream = Upstream(world)
    await upstream.open_for_business(customer("C-1", jurisdiction="US-CA", terms=TERMS))
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    (invoice,) = world.published(InvoicePosted)
    paid = await pays(world, "P-1", invoice.invoice_number, "105.10")  # 107.25 less 2.15
    await world.publish(payment("P-2", "C-1", "60.00", value_date=DAY + timedelta(days=6)))
    await world.settle()
    assert open_on(world, invoice) == 0
    await take_back(world, "R-1", paid, "52.55", 10)
    (undone,) = world.published(PaymentUnapplied)
    assert (undone.amount, undone.discount) == (Decimal("52.55"), Decimal("1.08"))
    assert await open_now(world) == {invoice.invoice_number: Decimal("18.63")}  # 53.63 and 25.00 fee less 60.00
    await books_agree(world)
    await take_back(world, "R-2", paid, "52.56", 11)  # a cent more than is left
    (waiting,) = await world.rows("cash_app", "SELECT note FROM payment_return WHERE state = 'waiting'")
    assert waiting[0] == ("52.56 USD was returned, but of the 105.10 USD of payment P-1, 52.55 USD was returned before")
    await take_back(world, "R-3", paid, "52.55", 12)
    (state,) = await world.rows("cash_app", "SELECT state, unapplied_amount FROM payment WHERE payment_id = 'P-1'")
    assert tuple(state) == ("returned", 0)
    assert open_on(world, invoice) == Decimal("72.25")  # all of it but 35.00 of the credit
    await books_agree(world)


async def take_back(world: World, return_id: str, paid: PaymentReceived, amount: str, days: int) -> None:
    await world.publish(
        PaymentReturned(
            return_id=return_id, bank_reference=f"BANK-{return_id}", original_bank_reference=paid.bank_reference,
            company_id=COMPANY, currency="USD", amount=amount, value_date=DAY + timedelta(days=days),
        )
    )  # fmt: skip
    await world.settle()


async def open_now(world: World) -> dict[str, Decimal]:
    rows = await world.rows("cash_app", "SELECT document_number, open_amount FROM open_item WHERE open_amount > 0")
    return dict(rows)


async def test_what_was_given_away_is_taken_back_before_money_is_given(world: World) -> None:
    """A paid invoice is credited, a written-off one paid, and all of it undone."""
    upstream = Upstream(world)
    await upstream.open_for_business(customer("C-1", jurisdiction="DE", terms=TERMS))
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    (invoice,) = world.published(InvoicePosted)
    await pays(world, "P-1", invoice.invoice_number, "116.62")
    await world.publish(memo("CM-1", invoice, "59.50", "9.50"))
    await world.settle()
    assert await on_account(world) == Decimal("58.31")
    await world.publish(memo("CM-2", invoice, "59.50", "9.50"))
    await world.settle()
    assert (await on_account(world), open_on(world, invoice)) == (Decimal("116.62"), 0)
    granted = [each.discount for each in world.published(PaymentApplied)]
    assert (sum(granted), granted) == (0, [Decimal("2.38"), Decimal("-1.19"), Decimal("-1.19")])
    (refundable,) = await world.rows("cash_app", "SELECT sum(unapplied_amount) FROM payment")
    assert refundable[0] == Decimal("116.62")


async def test_a_written_off_invoice_is_paid_after_all(world: World) -> None:
    upstream = Upstream(world)
    await upstream.open_for_business(customer("C-1", jurisdiction="US-OR", terms={"net_days": 30}))
    await world.publish(day(DAY))
    await upstream.deliver("O-1", quantity=10)
    (invoice,) = world.published(InvoicePosted)
    written_off = await do(world, f"/open-items/{invoice.invoice_id}/write-off", role="controller", amount="100.00")
    assert open_on(world, invoice) == 0
    await pays(world, "P-1", invoice.invoice_number, "60.00")
    assert await world.rows("cash_app", "SELECT written_off, open_amount FROM open_item") == [(40, 0)]
    await books_agree(world)
    answer = await world.command(
        "cash_app", "controller", f"/write-offs/{written_off['approval_id']}/reverse", {"reason": "a mistake"},
        person="Carl",
    )  # fmt: skip
    assert answer.is_success, answer.text
    await world.settle()
    assert open_on(world, invoice) == 40
    await books_agree(world)
    await do(world, "/payments/P-1/reverse")
    assert await world.rows("cash_app", "SELECT written_off, open_amount FROM open_item") == [(60, 40)]
    await books_agree(world)


def memo(memo_id: str, invoice: InvoicePosted, total: str, tax: str) -> CreditMemoPosted:
    return CreditMemoPosted(
        credit_memo_id=memo_id, credit_memo_number=memo_id, company_id=COMPANY, customer_id="C-1",
        invoice_number=invoice.invoice_number, credit_date=DAY + timedelta(days=8), currency=invoice.currency,
        net=str(Decimal(total) - Decimal(tax)), tax=tax, total=total, reason="goods came back",
    )  # fmt: skip


async def on_account(world: World) -> Decimal:
    (row,) = await world.rows("cash_app", "SELECT sum(unapplied_amount) FROM payment WHERE state = 'on_account'")
    return Decimal(row[0])
