"""Paying what was moved aside: deductions and written-off documents that are paid under the document's number."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.cash_app.application.domain.application_rules import CustomerRules, RuleSet, ShortPaymentRules
from services.cash_app.payments.domain.payment import PaymentState
from services.cash_app.write_offs.domain import WriteOff, write_off
from shared.contracts.cash_app import ItemWrittenOff
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment
from tests.unit.cash_app.histories import undo

DEDUCTS = CustomerRules(short_payment=ShortPaymentRules(shortfall="deduction"))
KEEPS = CustomerRules(rule_set=RuleSet(written_off_items="keep"))


def pay(books: CashBooks, amount: str, payment_id: str = "P-2", day: int = 50) -> None:
    books.receive(payment(payment_id, amount, day=day, names=[("A-1", amount)]))


def deducted(rules: CustomerRules = DEDUCTS) -> CashBooks:
    """A-1 of 100.00: 90.00 are paid and 10.00 deducted, P-1/A1/D1."""
    books = CashBooks(rules)
    books.post(invoice("A-1", "100"))
    pay(books, "90", "P-1", day=5)
    return books


def written_off(amount: str = "100", rules: CustomerRules | None = None) -> CashBooks:
    """A-1 of 100.00, of which that much was written off on 10 April."""
    books = CashBooks(rules) if rules else CashBooks()
    books.post(invoice("A-1", "100"))
    write_off(books.items["A-1"], WriteOff("WO-1", Decimal(amount), "Carl", "insolvent", on(41)), books.bookings)
    books.book.changed(books.items["A-1"])
    return books


@pytest.mark.parametrize(("amount", "still_open", "left"), [("4", 6, 0), ("10", 0, 0), ("15", 0, 5)])
def test_a_deduction_is_settled_under_the_invoices_number(amount: str, still_open: int, left: int) -> None:
    books = deducted()
    pay(books, amount)
    (deduction,) = books.bookings.items
    assert (deduction.open_amount, books.payments["P-2"].unapplied_amount) == (still_open, left)
    (line,) = books.lines("P-2")
    assert line.document_number == "P-1/A1/D1"
    assert line.why == "the remittance names A-1, of which P-1/A1/D1 was deducted: it is settled"
    note = "A-1 is paid already, and so is what was deducted of it (P-1/A1/D1): 5.00 USD is left over"
    assert books.payments["P-2"].note == (note if left else "")


def test_a_credit_memo_for_the_invoice_settles_its_deduction() -> None:
    books = deducted()
    books.credit("A-1", "10", day=20)
    assert (books.bookings.items[0].open_amount, books.held("on_account")) == (0, 0)


def test_what_is_open_goes_before_what_was_deducted() -> None:
    books = deducted()
    undo(books, "P-1", day=20)
    books.items["A-1"].reduce(Decimal(60), on(21), "cash", "P-0/A1")
    books.book.changed(books.items["A-1"])
    pay(books, "40")
    assert books.open("A-1") == 0


@pytest.mark.parametrize(("amount", "recovered", "left"), [("30", 30, 0), ("100", 100, 0), ("130", 100, 30)])
def test_a_write_off_is_taken_back_as_far_as_it_is_paid(amount: str, recovered: int, left: int) -> None:
    books = written_off()
    pay(books, amount)
    item = books.items["A-1"]
    assert (item.open_amount, item.written_off, item.cash) == (0, 100 - recovered, recovered)
    assert books.balance(Account.BAD_DEBT) == 100 - recovered
    assert sum(each.amount for each in books.published(ItemWrittenOff)) == 100 - recovered
    assert books.payments["P-2"].unapplied_amount == left
    assert books.lines("P-2")[0].why.startswith("the remittance names A-1; A-1 was written off on 2026-04-10: ")
    undo(books, "P-2", day=60)
    assert (item.open_amount, item.written_off, books.balance(Account.BAD_DEBT)) == (0, 100, 100)


def test_what_is_open_and_what_was_written_off_of_one_invoice_are_paid_together() -> None:
    books = written_off("20")
    pay(books, "100")
    item = books.items["A-1"]
    assert (item.open_amount, item.written_off, item.cash) == (0, 0, 100)
    assert books.payments["P-2"].note == ""
    undo(books, "P-2", day=60)
    assert (item.open_amount, item.written_off, item.cash) == (80, 20, 0)


def test_by_policy_the_money_is_left_over_and_the_sentence_is_true() -> None:
    books = written_off(rules=KEEPS)
    pay(books, "100")
    assert books.payments["P-2"].state is PaymentState.UNAPPLIED
    assert books.payments["P-2"].note == "A-1 was written off on 2026-04-10 (100.00 USD): 100.00 USD is left over"


def test_a_document_that_was_credited_in_full_was_not_paid() -> None:
    books = CashBooks()
    books.post(invoice("A-1", "100"))
    books.credit("A-1", "100", day=20)
    pay(books, "100")
    assert books.payments["P-2"].note == "A-1 was credited in full: 100.00 USD is left over"


def test_a_closed_document_in_another_currency_is_not_for_want_of_a_rate() -> None:
    books = CashBooks()
    books.post(invoice("A-1", "100", currency="EUR"))
    books.receive(payment("P-1", "100", names=[("A-1", "100")], currency="EUR"))
    pay(books, "100")
    assert books.payments["P-2"].note == "A-1 is paid already: 100.00 USD is left over"
