"""The bank takes back a part: only that part is undone, with its share of the discount."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.cash_app.corrections.domain.partial_reversal import PartTaken, part_taken
from services.cash_app.corrections.domain.reversal import reverse
from services.cash_app.payments.domain.bookings import Entry
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment, rates
from tests.unit.cash_app.histories import balances, correction, history, undo


def taken(books: CashBooks, amount: str, payment_id: str = "P-1") -> PartTaken:
    return part_taken(Decimal(amount), [books.payments[payment_id]], {payment_id: history(books, payment_id)})


def take_back(books: CashBooks, amount: str, payment_id: str = "P-1", day: int = 40) -> None:
    for paid, application, lines in taken(books, amount, payment_id).undone:
        reverse(application, paid, history(books, payment_id), correction(books, day, "returned"), lines)


def two_invoices(paid: str = "300") -> CashBooks:
    books = CashBooks()
    books.post(invoice("A-1", "100"), invoice("A-2", "200", due=35))
    books.receive(payment("P-1", paid, names=[("A-1", "100"), ("A-2", "200")]))
    return books


def test_a_part_comes_back_with_its_share_of_the_discount() -> None:
    books = CashBooks()
    books.post(invoice("D-1", "1000", discount="20"))
    books.receive(payment("P-1", "980", names=[("D-1", "980")]))
    take_back(books, "490")
    item = books.items["D-1"]
    assert (item.open_amount, item.discount_taken, books.balance(Account.DISCOUNT_GRANTED)) == (500, 10, 10)
    assert books.payments["P-1"].unapplied_amount == 490


@pytest.mark.parametrize(
    ("amount", "open_amounts"),
    [("100", (100, 0)), ("200", (0, 200)), ("50", (0, 50)), ("250", (50, 200)), ("300", (100, 200))],
)
def test_the_line_of_exactly_that_amount_else_the_last_lines_first(amount: str, open_amounts: tuple[int, int]) -> None:
    books = two_invoices()
    take_back(books, amount)
    assert (books.open("A-1"), books.open("A-2")) == open_amounts


def test_money_that_settled_nothing_goes_first() -> None:
    books = two_invoices("350")
    part = taken(books, "70")
    assert part.amounts == {"P-1": 70}
    assert [line.used for _, _, lines in part.undone for line in lines] == [20]


def test_what_was_refunded_before_is_missing() -> None:
    assert taken(two_invoices(), "310").amounts == {"P-1": 300}


def test_parts_that_come_back_one_after_another_add_up_to_all_of_it() -> None:
    books = CashBooks()
    books.post(invoice("D-1", "100", discount="2"))
    books.receive(payment("P-1", "98", names=[("D-1", "98")]))
    for day, amount in enumerate(("33.33", "33.33", "31.34"), start=40):
        take_back(books, amount, day=day)
        entry = Entry(f"R-{day}", on(day))
        books.payments["P-1"].pay_out(Decimal(amount), entry, books.bookings, credit=Account.SUSPENSE)
    item = books.items["D-1"]
    assert (item.open_amount, item.discount_taken, books.payments["P-1"].unapplied_amount) == (100, 0, 0)
    assert balances(books.bookings) == {(Account.CASH, "USD"): 98, (Account.SUSPENSE, "USD"): -98}


def test_a_part_in_a_currency_without_decimals() -> None:
    books = CashBooks()
    books.post(invoice("D-1", "1000", discount="25", currency="JPY"))
    books.receive(payment("P-1", "975", names=[("D-1", "975")], currency="JPY"))
    take_back(books, "500")  # 25 x 500/975 = 12.8
    assert (books.open("D-1"), books.items["D-1"].discount_taken) == (513, 12)


def test_a_part_of_money_in_another_currency() -> None:
    issued, paid = invoice("E-1", "100", currency="EUR"), payment("P-1", "110", names=[("E-1", "110")])
    known = rates({
        ("USD", "EUR", issued.invoice_date): "0.8", ("USD", "EUR", paid.value_date): "0.909090909",
    })  # fmt: skip
    books = CashBooks(rates=known)
    books.post(issued)
    books.receive(paid)
    take_back(books, "55")
    assert (books.open("E-1"), books.payments["P-1"].unapplied_amount) == (50, 55)
    assert books.balance(Account.EXCHANGE_DIFFERENCE) == Decimal("7.50")  # half of the loss of 15.00
    undo(books, "P-1", day=50)
    assert {account for account, _ in balances(books.bookings)} == {Account.CASH, Account.UNAPPLIED_CASH}
