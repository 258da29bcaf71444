"""A discount lowers the tax too: its tax part is booked to tax payable, rate by rate, and undone to the cent."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from services.cash_app.application.domain.application_rules import CustomerRules, DiscountRules
from services.cash_app.corrections.domain.reversal import reverse
from services.cash_app.open_items import policy
from services.cash_app.open_items.domain.discount_tax_rules import DiscountTaxRules
from shared.contracts.cash_app import DiscountTax, PaymentUnapplied
from shared.contracts.invoicing import InvoicedLine
from shared.kernel.journal import Account
from tests.kit.found import found_case
from tests.unit.cash_app.cash_books import CashBooks, invoice, payment
from tests.unit.cash_app.histories import balances, correction, history, undo

IN_PROPORTION = CustomerRules(discount=DiscountRules(part_payments="in_proportion"))


def line(number: int, net: str, percent: str, tax: str) -> InvoicedLine:
    return InvoicedLine(
        line_no=number, item_id="I", description="goods", quantity=1, unit_price=net, net=net, tax_percent=percent,
        tax=tax,
    )  # fmt: skip


def taxed(*lines: InvoicedLine, discount: str, rules: CustomerRules | None = None, **changes: Any) -> CashBooks:
    """V-1 with these lines and a discount within ten days, whose tax part lowers the tax."""
    books = CashBooks(rules) if rules else CashBooks()
    net, tax = sum((each.net for each in lines), Decimal(0)), sum((each.tax for each in lines), Decimal(0))
    books.post(
        invoice("V-1", str(net + tax), net=str(net), tax=str(tax), discount=discount, lines=lines, **changes),
        discount_lowers_tax=True,
    )
    return books


def pay(books: CashBooks, amount: str, payment_id: str = "P-1", **given: Any) -> None:
    books.receive(payment(payment_id, amount, names=[("V-1", amount)], **given))


def test_the_case_that_was_found() -> None:
    case = found_case("tax-in-the-cash-discount.json")
    books = taxed(line(1, "1000.00", "19", "190.00"), discount="23.80")
    pay(books, "1166.20")
    right = {name: Decimal(amount) for name, amount in case["right"].items()}
    assert books.balance(Account.CASH) == right["Dr cash"]
    assert books.balance(Account.DISCOUNT_GRANTED) == right["Dr discount granted"]
    assert books.balance(Account.TAX_PAYABLE) == right["Dr tax payable"]
    assert -books.balance(Account.RECEIVABLES) == right["Cr receivables"]
    (applied,) = books.lines("P-1")
    assert applied.discount_taxes == (DiscountTax(tax_percent=Decimal(19), tax=Decimal("3.80")),)


@pytest.mark.parametrize(
    ("lines", "discount", "paid", "net", "taxes"),
    [
        ([line(1, "66.66", "25.5", "17.00")], "1.67", "81.99", "1.33", ["0.34"]),
        ([line(1, "100", "19", "19"), line(2, "100", "0", "0")], "4.38", "214.62", "4.00", ["0.38"]),
        ([line(1, "100", "19", "19"), line(2, "100", "7", "7")], "4.52", "221.48", "4.00", ["0.38", "0.14"]),
        ([line(1, "50", "20", "10"), line(2, "50", "20", "10")], "2.40", "117.60", "2.00", ["0.40"]),
        ([line(1, "100", "0", "0")], "2.00", "98.00", "2.00", []),
    ],
)
def test_the_tax_of_each_rate_falls_by_its_share(
    lines: list[InvoicedLine], discount: str, paid: str, net: str, taxes: list[str]
) -> None:
    books = taxed(*lines, discount=discount)
    pay(books, paid)
    assert books.open("V-1") == 0
    assert books.balance(Account.DISCOUNT_GRANTED) == Decimal(net)
    assert [str(each.tax) for each in books.lines("P-1")[0].discount_taxes] == taxes
    assert books.balance(Account.TAX_PAYABLE) == sum(map(Decimal, taxes))


def test_a_currency_without_decimals() -> None:
    books = taxed(line(1, "10000", "10", "1000"), discount="215", currency="JPY")  # 215 x 1,000/11,000 = 19.5
    pay(books, "10785", currency="JPY")
    assert books.lines("P-1")[0].discount_taxes == (DiscountTax(tax_percent=Decimal(10), tax=Decimal(20)),)


def test_of_an_invoice_without_lines_the_rate_is_not_known_but_the_tax_is() -> None:
    books = CashBooks()
    books.post(invoice("V-1", "119", net="100", tax="19", discount="2.38"), discount_lowers_tax=True)
    pay(books, "116.62")
    assert books.lines("P-1")[0].discount_taxes == (DiscountTax(tax_percent=None, tax=Decimal("0.38")),)


def test_where_the_law_grants_no_reduction_the_whole_discount_is_discount() -> None:
    books = CashBooks()
    books.post(invoice("V-1", "119", net="100", tax="19", discount="2.38"))
    pay(books, "116.62")
    assert (books.balance(Account.DISCOUNT_GRANTED), books.balance(Account.TAX_PAYABLE)) == (Decimal("2.38"), 0)


def test_the_credit_memo_lowers_the_discount_and_with_it_the_tax_in_it() -> None:
    books = taxed(line(1, "1000.00", "19", "190.00"), discount="23.80")
    books.credit("V-1", "238.00", tax="38.00")
    pay(books, "932.96")  # 952.00 less 2 %
    assert books.open("V-1") == 0
    assert (books.balance(Account.DISCOUNT_GRANTED), books.balance(Account.TAX_PAYABLE)) == (16, Decimal("3.04"))


def test_it_comes_back_to_the_cent() -> None:
    books = taxed(line(1, "66.66", "25.5", "17.00"), discount="1.67")
    pay(books, "81.99")
    undo(books, "P-1", day=20)
    assert (books.balance(Account.TAX_PAYABLE), books.balance(Account.DISCOUNT_GRANTED)) == (0, 0)
    assert (books.open("V-1"), books.items["V-1"].taxes[0].lowered) == (Decimal("83.66"), 0)
    (undone,) = books.published(PaymentUnapplied)
    assert undone.lines[0].discount_taxes == (DiscountTax(tax_percent=Decimal("25.5"), tax=Decimal("0.34")),)
    pay(books, "81.99", "P-2", day=6)
    assert books.balance(Account.TAX_PAYABLE) == Decimal("0.34")


@pytest.mark.parametrize("first", ["P-1", "P-2"])
def test_two_partial_discounts_lower_the_tax_as_one_would_and_each_is_undone_to_the_cent(first: str) -> None:
    books = taxed(line(1, "66.66", "25.5", "17.00"), discount="1.67", rules=IN_PROPORTION)
    pay(books, "41.20")
    pay(books, "40.79", "P-2", day=6)
    parts = [part.tax for name in ("P-1", "P-2") for part in books.lines(name)[0].discount_taxes]
    assert (books.open("V-1"), sum(parts)) == (0, Decimal("0.34"))
    (second,) = {"P-1", "P-2"} - {first}
    left = books.lines(second)[0]
    undo(books, first, day=20)
    assert books.balance(Account.TAX_PAYABLE) == sum(part.tax for part in left.discount_taxes)
    assert books.items["V-1"].discount_taken == left.discount
    undo(books, second, day=21)
    assert {account for account, _ in balances(books.bookings)} == {Account.CASH, Account.UNAPPLIED_CASH}


def test_a_part_that_is_undone_takes_its_share_of_the_discount_and_of_the_tax_in_it() -> None:
    books = taxed(line(1, "1000.00", "19", "190.00"), discount="23.80")
    pay(books, "1166.20")
    of_payment = history(books, "P-1")
    (application,) = of_payment.applications
    half = application.lines[0].part(Decimal("583.10"))
    reverse(application, books.payments["P-1"], of_payment, correction(books), [half])
    assert (books.open("V-1"), books.payments["P-1"].unapplied_amount) == (Decimal("595.00"), Decimal("583.10"))
    assert (books.balance(Account.DISCOUNT_GRANTED), books.balance(Account.TAX_PAYABLE)) == (10, Decimal("1.90"))
    undo(books, "P-1", day=60)
    assert (books.open("V-1"), books.items["V-1"].discount_taken) == (1190, 0)
    assert {account for account, _ in balances(books.bookings)} == {Account.CASH, Account.UNAPPLIED_CASH}
    assert [each.reversal_id for each in books.published(PaymentUnapplied)] == ["P-1/A1/R", "P-1/A1/R2"]


@pytest.mark.parametrize(
    ("jurisdiction", "lowers"),
    [
        ("DE", True),
        ("GB", True),
        ("EE", True),
        ("NO", True),
        ("US-CA", False),
        ("US", False),
        ("XX", None),
        (None, None),
    ],
)
def test_the_shipped_policy(jurisdiction: str | None, lowers: bool | None) -> None:
    shipped = json.loads((Path(policy.__file__).parent / "discount_tax_rules.json").read_text("utf-8"))
    assert DiscountTaxRules(**shipped).of(jurisdiction) is lowers


def test_a_jurisdiction_goes_before_its_country() -> None:
    rules = DiscountTaxRules(lowers_tax={"US": False, "US-TX": True})
    assert (rules.of("US-TX"), rules.of("US-CA")) == (True, False)
