"""A discount is worked out on what credit memos and deductions left of the invoice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.cash_app.application.domain.application_rules import CustomerRules, DiscountRules, RuleSet
from services.cash_app.open_items.domain.known_document import KnownDocument
from shared.kernel.journal import Account
from tests.kit.found import found_case
from tests.unit.cash_app.cash_books import CashBooks, invoice, payment, rates
from tests.unit.cash_app.histories import undo


def thousand(**changes: Any) -> CashBooks:
    """D-1 of 1,000.00 with 20.00 discount until 12 March."""
    books = CashBooks()
    books.post(invoice("D-1", "1000", invoiced=2, discount="20", **changes))
    return books


def test_the_cases_that_were_found() -> None:
    for case in found_case("discount-after-credit-memo.json")["cases"]:
        books, right = thousand(), case["right"]
        if Decimal(case["credit_memo"]):
            books.credit("D-1", case["credit_memo"])
        if case["payment"].startswith("500.00 on"):
            books.receive(payment("P-0", "500.00", day=5, names=[("D-1", "500.00")]))
            books.receive(payment("P-1", "480.00", day=11, names=[("D-1", "480.00", "20.00")]))
        else:
            paid = case["payment"]
            books.receive(payment("P-1", paid, day=11, names=[("D-1", paid, case["claimed"])]))
        (line,) = books.lines("P-1")
        assert (str(line.discount), str(books.open("D-1"))) == (right["discount"], right["still_open"]), case


@pytest.mark.parametrize(("paid", "discount", "still_open"), [("784", 16, 0), ("783.99", 0, Decimal("16.01"))])
def test_without_a_remittance_the_net_amount_after_the_credit_memo_closes_it(
    paid: str, discount: int, still_open: Decimal
) -> None:
    books = thousand()
    books.credit("D-1", "200")
    books.receive(payment("P-1", paid, day=12))
    (line,) = books.lines("P-1")
    assert (line.discount, books.open("D-1")) == (discount, still_open)


@pytest.mark.parametrize(("day", "discount"), [(14, 16), (15, 0)])
def test_days_of_grace_count_as_before(day: int, discount: int) -> None:
    books = CashBooks(CustomerRules(discount=DiscountRules(grace_days=2), rule_set=RuleSet()))
    books.post(invoice("D-1", "1000", invoiced=2, discount="20"))
    books.credit("D-1", "200")
    books.receive(payment("P-1", "784", day=day, names=[("D-1", "784")]))
    assert books.lines("P-1")[0].discount == discount


def test_it_is_rounded_half_up_in_a_currency_without_decimals() -> None:
    books = thousand(currency="JPY")  # 2 % of 1,000 less 225 is 15.5
    books.credit("D-1", "225", currency="JPY")
    books.receive(payment("P-1", "759", day=11, names=[("D-1", "759")], currency="JPY"))
    assert (books.lines("P-1")[0].discount, books.open("D-1")) == (16, 0)


def test_two_credit_memos_lower_it_as_one_of_both_would() -> None:
    books = thousand()
    books.credit("D-1", "333.33")
    books.credit("D-1", "333.33")
    assert books.items["D-1"].discount_left == Decimal("6.67")
    books.credit("D-1", "333.34")
    assert books.items["D-1"].discount_left == 0


def test_a_deduction_lowers_it_and_its_reversal_restores_it() -> None:
    books = CashBooks(CustomerRules(discount=DiscountRules(part_payments="in_proportion")))
    books.post(invoice("D-1", "1000", invoiced=2, discount="20"))
    books.items["D-1"].reduce(Decimal(200), books.items["D-1"].document_date, "deduction", "D")
    assert books.items["D-1"].discount_left == 16
    books.items["D-1"].restore(
        Decimal(200), books.items["D-1"].document_date, "unapplied", "D/R", reverses="D", undoes="deduction"
    )
    assert books.items["D-1"].discount_left == 20


def test_the_reversal_of_a_credit_memo_restores_it() -> None:
    books = thousand()
    books.credit("D-1", "200")
    (memo,) = books.payments
    undo(books, memo, day=6)
    assert (books.items["D-1"].discount_left, books.items["D-1"].credited) == (20, 0)
    books.receive(payment("P-1", "980", day=11, names=[("D-1", "980")]))
    assert (books.lines("P-1")[0].discount, books.open("D-1")) == (20, 0)


def test_what_was_taken_before_counts() -> None:
    """500.00 earned 10.20 in proportion; on the 800.00 that the credit memo left, 5.80 more may be taken."""
    books = CashBooks(CustomerRules(discount=DiscountRules(part_payments="in_proportion")))
    books.post(invoice("D-1", "1000", invoiced=2, discount="20"))
    books.receive(payment("P-1", "500", day=5, names=[("D-1", "500")]))
    assert books.lines("P-1")[0].discount == Decimal("10.20")
    books.credit("D-1", "200", day=6)
    books.receive(payment("P-2", "284", day=11, names=[("D-1", "284")]))
    assert (books.lines("P-2")[0].discount, books.open("D-1")) == (Decimal("5.80"), 0)
    assert books.balance(Account.DISCOUNT_GRANTED) == 16


def test_a_payer_who_did_not_know_of_the_credit_memo_keeps_the_discount_on_what_is_left() -> None:
    books = thousand()
    books.credit("D-1", "200")
    books.receive(payment("P-1", "980", day=11, names=[("D-1", "980", "20")]))
    assert (books.lines("P-1")[0].discount, books.open("D-1"), books.held("on_account")) == (16, 0, 196)


@pytest.mark.parametrize(
    ("paid", "claimed", "discount"),
    [("638", "162", 2), ("637.99", "162.01", 0)],
)
def test_a_claim_far_beyond_the_terms_is_a_part_payment(paid: str, claimed: str, discount: int) -> None:
    """Of 800.00, at most 20 %, that is 160.00, may be missing beside the discount of 2.00."""
    books = CashBooks()
    books.post(invoice("D-1", "800", invoiced=2, discount="2"))
    books.receive(payment("P-1", paid, day=11, names=[("D-1", paid, claimed)]))
    assert books.lines("P-1")[0].discount == discount


@pytest.mark.parametrize("part_payments", ["none", "in_proportion"])
@pytest.mark.parametrize("credited", ["980", "490"])
def test_a_credit_memo_earns_no_discount(part_payments: str, credited: str) -> None:
    books = CashBooks(CustomerRules(discount=DiscountRules(part_payments=part_payments)))
    books.post(invoice("D-1", "1000", invoiced=2, discount="20"))
    books.credit("D-1", credited)
    assert books.open("D-1") == 1000 - Decimal(credited)
    assert books.balance(Account.DISCOUNT_GRANTED) == 0


def test_an_item_in_another_currency_earns_what_is_left_of_its_discount() -> None:
    invoiced, paid = (
        invoice("D-1", "1000", invoiced=2, discount="20", currency="EUR"),
        payment("P-1", "862.40", day=11, names=[("D-1", "862.40")]),
    )
    known = rates({("USD", "EUR", invoiced.invoice_date): "0.9", ("USD", "EUR", paid.value_date): "0.909090909"})
    books = CashBooks(rates=known)
    books.post(invoiced)
    books.credit("D-1", "200", currency="EUR")
    books.receive(paid)  # 784.00 EUR at 0.909090909
    assert (books.lines("P-1")[0].amount, books.lines("P-1")[0].discount, books.open("D-1")) == (784, 16, 0)


def test_a_payer_is_identified_by_the_net_amount_after_the_credit_memo() -> None:
    books = thousand()
    books.credit("D-1", "200")
    known = KnownDocument.of(books.items["D-1"])
    assert (known.customer_id, known.open_amount, known.net_amount) == ("C-1", 800, 784)
