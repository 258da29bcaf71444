"""Credit memos that payers deduct in a remittance, and credit on account that a payment takes for granted."""

from __future__ import annotations

import pytest

from services.cash_app.application.domain.application_rules import STANDARD
from services.cash_app.payments.domain.payment import PaymentState
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, invoice, payment


def settled(books: CashBooks, payment_id: str) -> list[tuple[str, str]]:
    return [(line.document_number, str(line.amount)) for line in books.lines(payment_id)]


def paid_invoice_and_memo(*others: InvoicePosted) -> CashBooks:
    """M-1 is paid, M-2 owes 1,100.00, and CM-1 corrects M-1 after it was paid."""
    books = CashBooks(STANDARD)
    books.post(invoice("M-1", "500.00"))
    books.receive(payment("P-1", "500.00", day=2, names=[("M-1", "500.00")]))
    books.post(invoice("M-2", "1100.00", invoiced=3), *others)
    books.credit_memo("CM-1", "100.00", day=4, of="M-1")
    return books


def test_a_memo_deducted_from_another_invoice_is_applied_to_it() -> None:
    books = paid_invoice_and_memo()
    books.receive(payment("P", "1000.00", names=[("M-2", "1100.00"), ("CM-1", "-100.00")]))
    assert books.open("M-2") == 0
    assert (settled(books, "P"), settled(books, "ID-CM-1")) == ([("M-2", "1000.00")], [("M-2", "100.00")])
    assert books.balance(Account.ON_ACCOUNT) == books.balance(Account.UNAPPLIED_CASH) == 0
    assert books.payments["P"].note == ""


def test_without_a_remittance_the_unique_credit_closes_the_invoice_with_the_payment() -> None:
    books = paid_invoice_and_memo()
    books.receive(payment("P", "1000.00"))
    assert books.open("M-2") == 0
    assert [line.rule for line in (*books.lines("P"), *books.lines("ID-CM-1"))] == ["exact_with_credit"] * 2
    assert books.lines("P")[0].why == ("the amount and the credit on account (CM-1) are exactly what is open on M-2")
    assert books.balance(Account.ON_ACCOUNT) == 0


def test_credit_is_not_combined_where_the_amount_alone_fits_or_two_ways_do() -> None:
    books = paid_invoice_and_memo(invoice("M-3", "1000.00", invoiced=3))
    books.receive(payment("P", "1000.00"))
    assert settled(books, "P") == [("M-3", "1000.00")] and books.open("M-2") == 1100
    books = paid_invoice_and_memo(invoice("M-3", "1100.00", invoiced=3))
    books.receive(payment("P", "1000.00"))
    assert not [line for line in books.lines("P") if line.rule == "exact_with_credit"]


def test_the_memo_of_the_invoice_itself_is_taken_off_already() -> None:
    books = CashBooks(STANDARD)
    books.post(invoice("M-2", "1100.00"))
    books.credit_memo("CM-1", "100.00", day=3, of="M-2")
    assert books.open("M-2") == 1000
    books.receive(payment("P", "1000.00", names=[("M-2", "1100.00"), ("CM-1", "-100.00")]))
    assert books.open("M-2") == 0 and settled(books, "P") == [("M-2", "1000.00")]
    assert books.payments["P"].note == ""


def test_two_invoices_and_two_memos() -> None:
    books = CashBooks(STANDARD)
    books.post(invoice("M-0", "75.00"))
    books.receive(payment("P-0", "75.00", day=2, names=[("M-0", "75.00")]))
    books.credit_memo("CM-1", "50.00", day=3, of="M-0")
    books.credit_memo("CM-2", "25.00", day=3, of="M-0")
    for memo in ("CM-1", "CM-2"):
        taken = books.payments[f"ID-{memo}"]
        books.book.credit_withdrawn(taken)
        taken.hold(taken.held_since, books.bookings)
    books.post(invoice("M-1", "600.00", invoiced=4), invoice("M-2", "700.00", invoiced=4))
    for memo in ("CM-1", "CM-2"):
        books.payments[f"ID-{memo}"].put_on_account(books.payments[f"ID-{memo}"].held_since, books.bookings)
        books.book.add_payment(books.payments[f"ID-{memo}"])
    named = [("M-1", "600.00"), ("CM-1", "-50.00"), ("M-2", "700.00"), ("CM-2", "-25.00")]
    books.receive(payment("P", "1225.00", names=named))
    assert books.open("M-1") == books.open("M-2") == 0
    assert all(books.payments[f"ID-{memo}"].state is PaymentState.APPLIED for memo in ("CM-1", "CM-2"))
    assert books.payments["P"].note == ""


def test_a_memo_named_twice_or_used_up_leaves_the_invoice_short_and_the_note_says_where_it_was_used() -> None:
    books = paid_invoice_and_memo()
    books.receive(payment("P", "900.00", names=[("M-2", "1100.00"), ("CM-1", "-100.00"), ("CM-1", "-100.00")]))
    assert books.open("M-2") == 100
    assert books.payments["P"].note == (
        "the remittance deducts 100.00 USD for credit memo CM-1, which was used before (100.00 USD for M-2 on "
        "2026-03-05): it is not deducted\n100.00 USD of M-2 stays open"
    )
    books.post(invoice("M-3", "300.00", invoiced=6))
    books.receive(payment("Q", "200.00", day=7, names=[("M-3", "300.00"), ("CM-1", "-100.00")]))
    assert books.open("M-3") == 100
    assert "used before (100.00 USD for M-2 on 2026-03-05)" in books.payments["Q"].note


def test_a_credit_that_is_not_known_is_named_in_the_note() -> None:
    books = CashBooks(STANDARD)
    books.post(invoice("1000-1", "2500.00"), invoice("1000-0", "1000.00"))
    books.receive(payment("P", "1900.00", names=[("1000-1", "2500.00"), ("CN-9", "-600.00")]))
    assert (books.open("1000-1"), books.open("1000-0")) == (600, 1000)
    assert books.payments["P"].note == (
        "the remittance deducts 600.00 USD for CN-9, no credit memo that is known here: it is not deducted\n"
        "600.00 USD of 1000-1 stays open"
    )


def test_what_is_paid_beyond_the_documents_named_waits_for_review_and_no_invoice_uses_it() -> None:
    books = CashBooks(STANDARD)
    books.post(invoice("A-1", "100.00"))
    books.receive(payment("P", "130.00", names=[("A-1", "100.00")]))
    books.post(invoice("A-2", "30.00"))
    assert settled(books, "P") == [("A-1", "100.00")] and books.payments["P"].state is PaymentState.UNAPPLIED
    assert books.open("A-2") == 30


@pytest.mark.parametrize("written", ["Inv.00001083", "1083", "1000-00001038"])  # with a word, its end, two swapped
def test_a_memo_deducted_beside_a_number_that_is_not_written_as_it_is(written: str) -> None:
    books = CashBooks()
    books.post(invoice("1000-00001083", "1100"), invoice("1000-00002222", "700"))
    books.credit_memo("CM-1", "100")
    books.receive(payment("P", "1000", names=[(written, "1100"), ("CM-1", "-100")]))
    assert books.open("1000-00001083") == 0
    assert books.open("1000-00002222") == 700
    assert books.payments["P"].state is PaymentState.APPLIED


def test_money_for_a_document_that_the_memo_has_settled_is_left_over_with_a_note() -> None:
    books = paid_invoice_and_memo(invoice("1000-00001083", "100", invoiced=3))
    books.receive(payment("P", "50", names=[("Inv.00001083", "150"), ("CM-1", "-100")]))
    assert books.open("1000-00001083") == 0
    assert books.payments["P"].state is PaymentState.UNAPPLIED
    assert "Inv.00001083 is paid already: 50.00 USD is left over" in books.payments["P"].note
