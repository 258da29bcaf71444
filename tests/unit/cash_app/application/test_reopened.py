"""What is owed again meets at once the credit that stands beside it, by policy."""

from __future__ import annotations

import pytest

from services.cash_app.application.domain.application_rules import CustomerRules, RuleSet
from services.cash_app.application.domain.reopened import settle_reopened
from services.cash_app.payments.domain.payment import PaymentState
from services.cash_app.write_offs.domain import WriteOff, reverse_write_off, write_off
from shared.contracts.cash_app import OpenItemChanged
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment
from tests.unit.cash_app.histories import undo

USE, KEEP = RuleSet(residual_handling="on_account"), RuleSet(residual_handling="on_account", credit_for_reopened="keep")


def with_credit(credit: str, rules: RuleSet = USE) -> CashBooks:
    """A-1 of 100.00 is paid by P-1; P-2 is on account beside it."""
    books = CashBooks(CustomerRules(rule_set=rules))
    books.post(invoice("A-1", "100"))
    books.receive(payment("P-1", "100"), payment("P-2", credit, day=6))
    return books


@pytest.mark.parametrize(("credit", "still_open", "left"), [("60", 40, 0), ("100", 0, 0), ("130", 0, 30)])
def test_credit_settles_an_item_whose_payment_bounced(credit: str, still_open: int, left: int) -> None:
    books = with_credit(credit)
    undo(books, "P-1", day=20, cause="returned")
    settle_reopened(books.book, books.bookings)
    assert (books.open("A-1"), books.held("on_account"), books.payments["P-1"].unapplied_amount) == (
        still_open, left, 100,
    )  # fmt: skip
    (line,) = books.lines("P-2")
    assert line.rule == "on_account_to_reopened_item"
    assert line.why == "A-1 is owed again: credit on account from payment P-2 is used"
    assert books.published(OpenItemChanged)[-1].business_date == on(20)


def test_by_policy_it_stays_on_account() -> None:
    books = with_credit("130", KEEP)
    undo(books, "P-1", day=20, cause="returned")
    settle_reopened(books.book, books.bookings)
    assert (books.open("A-1"), books.held("on_account")) == (100, 130)


def test_money_that_is_held_is_no_credit() -> None:
    books = with_credit("130")
    books.book.credit_withdrawn(books.payments["P-2"])
    books.payments["P-2"].hold(on(10), books.bookings)
    undo(books, "P-1", day=20, cause="returned")
    settle_reopened(books.book, books.bookings)
    assert (books.open("A-1"), books.payments["P-2"].state) == (100, PaymentState.UNAPPLIED)


def test_a_write_off_that_is_reversed_is_owed_again() -> None:
    books = CashBooks(CustomerRules(rule_set=USE))
    books.post(invoice("A-1", "100"))
    item, given = books.items["A-1"], WriteOff("WO-1", books.items["A-1"].open_amount, "Carl", "insolvent", on(40))
    write_off(item, given, books.bookings)
    books.receive(payment("P-1", "70", day=45))
    reverse_write_off(item, given, on(50), books.bookings)
    books.book.changed(item)
    settle_reopened(books.book, books.bookings)
    assert (item.open_amount, item.written_off, books.held("on_account")) == (30, 0, 0)
