"""Never more is given back than came in: a credit takes back discount, tolerance and write-off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cash_app.application.domain.application_rules import (
    CustomerRules,
    DiscountRules,
    RuleSet,
    ToleranceRules,
)
from services.cash_app.write_offs.domain import WriteOff, write_off
from shared.contracts.cash_app import ItemWrittenOff, OpenItemChanged
from shared.kernel.journal import Account
from tests.kit.examples import examples
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment
from tests.unit.cash_app.histories import balances, undo

TOLERANT = CustomerRules(
    tolerance=ToleranceRules(amount=Decimal(5), percent=Decimal(1)), rule_set=RuleSet(residual_handling="on_account")
)


def paid(amount: str, rules: CustomerRules = TOLERANT, total: str = "1000", discount: str | None = "20") -> CashBooks:
    books = CashBooks(rules)
    books.post(invoice("A-1", total, discount=discount))
    books.receive(payment("P-1", amount, names=[("A-1", amount)]))
    return books


def receivables(books: CashBooks) -> Decimal:
    """Of the invoice, which invoicing posted, and of the credit memos, which invoicing posted as well."""
    memos = sum((p.amount for p in books.payments.values() if p.method == "credit_memo"), Decimal(0))
    return books.balance(Account.RECEIVABLES) + books.items["A-1"].original_amount - memos


@pytest.mark.parametrize(
    ("credit", "given_back", "discount_left"),
    [("1000", "980.00", 0), ("500", "490.00", 10), ("15", "14.70", "19.70"), ("0.25", "0.25", 20)],
)
def test_a_credit_memo_takes_back_the_discount_on_what_came_back(
    credit: str, given_back: str, discount_left: str
) -> None:
    books = paid("980")
    books.credit("A-1", credit, day=20)
    assert books.held("on_account") == Decimal(given_back)
    assert books.balance(Account.DISCOUNT_GRANTED) == Decimal(discount_left)
    assert (books.open("A-1"), receivables(books)) == (0, 0)


def test_credit_before_the_payment_and_after_it_are_worth_the_same() -> None:
    before, after = CashBooks(TOLERANT), paid("980")
    before.post(invoice("A-1", "1000", discount="20"))
    before.credit("A-1", "200", day=4)
    before.receive(payment("P-1", "784", day=9, names=[("A-1", "784")]))
    after.credit("A-1", "200", day=20)
    assert 980 - after.held("on_account") == 784
    assert before.items["A-1"].discount_taken == after.items["A-1"].discount_taken == 16


def test_several_credit_memos_give_back_what_one_would() -> None:
    books = paid("980")
    for day, amount in enumerate(("333.33", "333.33", "333.34"), start=20):
        books.credit("A-1", amount, day=day)
    assert (books.held("on_account"), books.balance(Account.DISCOUNT_GRANTED)) == (980, 0)


@pytest.mark.parametrize(("credit", "given_back"), [("1000", 996), ("100", 96), ("3", 0), ("4", 0), ("5", 1)])
def test_tolerance_was_never_paid(credit: str, given_back: int) -> None:
    books = paid("996", discount=None)
    assert books.balance(Account.TOLERANCE) == 4
    books.credit("A-1", credit, day=20)
    assert books.held("on_account") == given_back
    assert books.balance(Account.TOLERANCE) == 4 - min(4, Decimal(credit))
    assert receivables(books) == 0


@pytest.mark.parametrize(("credit", "given_back", "bad_debt"), [("600", 0, 0), ("700", 100, 0), ("200", 0, 400)])
def test_a_write_off_was_never_paid(credit: str, given_back: int, bad_debt: int) -> None:
    books = paid("400", discount=None)
    item = books.items["A-1"]
    write_off(item, WriteOff("WO-1", Decimal(600), "Carl", "insolvent", on(40)), books.bookings)
    books.credit("A-1", credit, day=50)
    assert (books.held("on_account"), books.balance(Account.BAD_DEBT)) == (given_back, bad_debt)
    assert sum(each.amount for each in books.published(ItemWrittenOff)) == bad_debt
    assert (item.open_amount, item.written_off, receivables(books)) == (0, bad_debt, 0)


def test_by_policy_all_of_the_discount_is_taken_back_first() -> None:
    books = paid("980", CustomerRules(discount=DiscountRules(taken_back="first")))
    books.credit("A-1", "15", day=20)
    assert (books.held("on_account"), books.balance(Account.DISCOUNT_GRANTED)) == (0, 5)
    books.credit("A-1", "100", day=21)
    assert (books.held("on_account"), books.balance(Account.DISCOUNT_GRANTED)) == (95, 0)


def test_the_tax_in_the_discount_is_taken_back_with_it() -> None:
    books = CashBooks()
    books.post(invoice("A-1", "1190", net="1000", tax="190", discount="23.80"), discount_lowers_tax=True)
    books.receive(payment("P-1", "1166.20", names=[("A-1", "1166.20")]))
    books.credit("A-1", "595", day=20, tax="95")
    assert (books.balance(Account.DISCOUNT_GRANTED), books.balance(Account.TAX_PAYABLE)) == (10, Decimal("1.90"))
    books.credit("A-1", "595", day=21, tax="95")
    assert (books.balance(Account.DISCOUNT_GRANTED), books.balance(Account.TAX_PAYABLE)) == (0, 0)
    assert books.held("on_account") == Decimal("1166.20")


def test_without_decimals() -> None:
    books = CashBooks()
    books.post(invoice("A-1", "1000", discount="25", currency="JPY"))
    books.receive(payment("P-1", "975", names=[("A-1", "975")], currency="JPY"))
    books.credit("A-1", "333", day=20, currency="JPY")  # 25 x 667/1,000 is 16.7
    assert books.held("on_account") == 325


def test_the_reversal_of_the_credit_memo_grants_the_discount_again() -> None:
    books = paid("980")
    books.credit("A-1", "1000", day=20)
    undo(books, "CM-1", day=30)
    assert (books.open("A-1"), books.items["A-1"].discount_taken, books.items["A-1"].credited) == (0, 20, 0)
    assert books.balance(Account.DISCOUNT_GRANTED) == 20
    assert books.payments["CM-1"].unapplied_amount == 1000


def test_a_payment_that_bounces_after_the_credit_memo_brings_back_its_money_only() -> None:
    books = paid("980")
    books.credit("A-1", "1000", day=20)
    undo(books, "P-1", day=30, cause="returned")
    assert (books.open("A-1"), books.held("on_account"), books.balance(Account.DISCOUNT_GRANTED)) == (980, 980, 0)
    assert receivables(books) == 980


def test_what_is_taken_back_shows_in_the_changes_of_the_item() -> None:
    books = paid("980")
    books.credit("A-1", "1000", day=20)
    changes = [(c.cause, c.change) for c in books.published(OpenItemChanged)[-2:]]
    assert changes == [("taken_back", 20), ("cash", -20)]
    assert books.lines("CM-1")[0].why == (
        "A-1 is credited: 20.00 USD discount was granted and is taken back, since no more is given back than was paid"
    )


AMOUNTS = st.decimals(Decimal("0.01"), Decimal(300), places=2)


@settings(max_examples=examples(100), deadline=None)
@given(st.decimals(Decimal(1), Decimal(1000), places=2), st.data())
def test_no_sequence_of_payments_and_credits_gives_back_more_than_came_in(total: Decimal, data: st.DataObject) -> None:
    books, item_total = CashBooks(TOLERANT), total
    books.post(invoice("A-1", str(total), discount=str((total / 50).quantize(Decimal("0.01")))))
    item, credited, day = books.items["A-1"], Decimal(0), on(2)
    for number, what in enumerate(
        data.draw(st.lists(st.sampled_from(["pay", "net", "credit", "write_off"]), max_size=7))
    ):
        day += timedelta(days=1)
        if what in ("pay", "net"):
            amount = item.open_amount - (item.discount_left if what == "net" else 0)
            amount = amount if what == "net" and amount > 0 else data.draw(AMOUNTS)
            books.receive(payment(f"P-{number}", str(amount), value_date=day, names=[("A-1", str(amount))]))
        elif what == "credit" and credited < item_total:
            amount = min(data.draw(AMOUNTS), item_total - credited)
            credited += amount
            books.credit("A-1", str(amount), credit_date=day)
        elif item.open_amount:
            write_off(item, WriteOff(f"W-{number}", item.open_amount, "Carl", "old", day), books.bookings)
        money = sum((p.amount for p in books.payments.values() if p.method != "credit_memo"), Decimal(0))
        assert books.held("on_account") + books.held("unapplied") <= money
        assert item.given_back <= item.cash
        assert 0 <= item.discount_taken <= item.discount_granted
        assert min(item.cash, item.credited, item.tolerated, item.written_off) >= 0
    assert all(amount for amount in balances(books.bookings).values())
