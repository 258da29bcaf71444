"""A payer who names an invoice that is due in instalments pays its parts."""

from __future__ import annotations

import pytest

from services.cash_app.payments.domain.payment import PaymentState
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment

PARTS = [
    {"item_id": "I-A-1/1", "due_date": on(31), "amount": "30"},
    {"item_id": "I-A-1/2", "due_date": on(61), "amount": "30"},
    {"item_id": "I-A-1/3", "due_date": on(91), "amount": "40"},
]


def left(books: CashBooks) -> list[int]:
    return [int(books.items[part["item_id"]].open_amount) for part in PARTS]


@pytest.fixture
def books() -> CashBooks:
    books = CashBooks()
    books.post(invoice("A-1", "100", due=91, instalments=PARTS))
    return books


@pytest.mark.parametrize(
    ("paid", "open_afterwards"),
    [
        ("100", [0, 0, 0]),
        ("60", [0, 0, 40]),
        ("50", [0, 10, 40]),
        ("20", [10, 30, 40]),
        ("40", [30, 30, 0]),  # exactly the third instalment, and no other
    ],
)
def test_money_that_names_the_invoice_pays_its_parts_oldest_first(
    books: CashBooks, paid: str, open_afterwards: list[int]
) -> None:
    books.receive(payment("P", paid, names=[("A-1", paid)]))
    assert left(books) == open_afterwards
    assert books.payments["P"].state is PaymentState.APPLIED


def test_what_is_more_than_all_parts_is_left_over(books: CashBooks) -> None:
    books.receive(payment("P", "110", names=[("A-1", "110")]))
    assert left(books) == [0, 0, 0]
    assert books.payments["P"].unapplied_amount == 10


def test_money_that_waits_for_the_invoice_pays_its_parts() -> None:
    books = CashBooks()
    books.receive(payment("P", "70", names=[("A-1", "70")]))
    books.post(invoice("A-1", "100", invoiced=6, due=91, instalments=PARTS))
    assert left(books) == [0, 0, 30]
    assert books.payments["P"].state is PaymentState.APPLIED


def test_a_credit_memo_for_the_invoice_lowers_its_parts(books: CashBooks) -> None:
    books.credit_memo("CM-1", "50", of="A-1")
    assert left(books) == [0, 10, 40]


def test_a_credit_memo_that_a_remittance_deducts_goes_beyond_the_first_part(books: CashBooks) -> None:
    books.credit_memo("CM-1", "50")
    books.receive(payment("P", "50", names=[("A-1", "100"), ("CM-1", "-50")]))
    assert left(books) == [0, 0, 0]
