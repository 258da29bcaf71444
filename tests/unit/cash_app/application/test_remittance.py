"""The payer states what the payment is for."""

from __future__ import annotations

import pytest

from services.cash_app.payments.domain.payment import PaymentState
from shared.contracts.cash_app import CustomerCreditIssued
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment


@pytest.fixture
def books() -> CashBooks:
    return CashBooks()


def test_the_named_items_are_paid_though_others_are_older(books: CashBooks) -> None:
    books.post(invoice("A-1", "100", due=10), invoice("A-2", "50", due=20), invoice("A-3", "70", due=30))
    books.receive(payment("P", "120", names=[("A-2", "50"), ("A-3", "70")]))
    assert books.settled("P") == [("A-2", "50.00", "0.00", "remittance"), ("A-3", "70.00", "0.00", "remittance")]
    assert books.open("A-1") == 100
    assert books.payments["P"].state is PaymentState.APPLIED


def test_blanks_and_case_do_not_count_but_signs_do(books: CashBooks) -> None:
    books.post(invoice("INV-10", "100"), invoice("INV10", "100"))
    books.receive(payment("P", "100", names=[(" inv - 10", "100")]))
    assert (books.open("INV-10"), books.open("INV10")) == (0, 100)


def test_two_lines_for_one_document_are_one(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"))
    books.receive(payment("P", "100", names=[("A-1", "60"), ("a-1", "40")]))
    assert books.settled("P") == [("A-1", "100.00", "0.00", "remittance")]


def test_a_paid_document_leaves_the_money_on_account_with_a_note(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"), invoice("A-2", "100"))
    books.receive(payment("P", "100", names=[("A-1", "100")]), payment("Q", "100", day=6, names=[("A-1", "100")]))
    assert books.payments["Q"].state is PaymentState.ON_ACCOUNT
    assert books.payments["Q"].note == "A-1 is paid already: 100.00 USD is left over"
    assert books.open("A-2") == 100


def test_another_customers_document_is_not_paid_and_not_named_to_strangers(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"))
    books.belongs_to_another_customer("Z-1")
    books.receive(payment("P", "150", names=[("Z-1", "50"), ("A-1", "100")]))
    assert books.open("A-1") == 0
    assert books.payments["P"].note == "Z-1 is another customer's document: 50.00 USD is left over"
    assert books.held("on_account") == 50


def test_more_than_is_open_is_left_over(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"))
    books.receive(payment("P", "110", names=[("A-1", "110")]))
    assert books.open("A-1") == 0
    assert books.published(CustomerCreditIssued)[0].amount == 10
    assert "10.00 USD more than open on A-1" in books.payments["P"].note


def test_a_remittance_above_the_payment_goes_as_far_as_the_money(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"), invoice("A-2", "100"))
    books.receive(payment("P", "130", names=[("A-1", "100"), ("A-2", "100")]))
    assert (books.open("A-1"), books.open("A-2")) == (0, 70)
    assert "A-2 gets 30.00 of 100.00 USD" in books.payments["P"].note


def test_a_line_without_a_positive_amount_pays_nothing(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"))
    books.receive(payment("P", "100", names=[("A-1", "100"), ("CM-7", "-10")]))
    assert books.open("A-1") == 0
    assert books.payments["P"].note == (
        "the remittance deducts 10.00 USD for CM-7, no credit memo that is known here: it is not deducted"
    )


def test_fractions_of_a_cent_in_a_remittance_are_rounded(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"))
    books.receive(payment("P", "10.01", names=[("A-1", "10.005")]))
    assert books.settled("P") == [("A-1", "10.01", "0.00", "remittance")]


class TestPaymentBeforeItsInvoice:
    def test_the_money_waits_unapplied_and_settles_the_invoice_when_it_comes(self, books: CashBooks) -> None:
        books.receive(payment("P", "100", day=5, names=[("A-1", "100")]))
        assert books.payments["P"].state is PaymentState.UNAPPLIED
        assert [a.document_number for a in books.pending] == ["A-1"]
        books.post(invoice("A-1", "100", invoiced=8))
        assert books.settled("P") == [("A-1", "100.00", "0.00", "remittance")]
        assert books.payments["P"].state is PaymentState.APPLIED
        assert not books.pending[0].waiting
        assert books.held("unapplied", on(7)) == 100
        assert books.held("unapplied", on(8)) == 0
        assert books.items["A-1"].closed_on == on(8)

    def test_the_known_part_is_applied_at_once(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"))
        books.receive(payment("P", "180", names=[("A-1", "100"), ("A-2", "80")]))
        assert books.open("A-1") == 0
        assert books.held("unapplied") == 80
        assert books.payments["P"].note == "A-2 is not known yet: 80.00 USD waits for it"

    def test_what_is_left_when_the_last_document_came_rests_on_account(self, books: CashBooks) -> None:
        books.receive(payment("P", "150", names=[("A-1", "100"), ("A-2", "50")]))
        books.post(invoice("A-1", "90", invoiced=6))
        assert (books.held("unapplied"), books.held("on_account")) == (60, 0)
        books.post(invoice("A-2", "50", invoiced=7))
        assert (books.held("unapplied"), books.held("on_account")) == (0, 10)
        assert books.published(CustomerCreditIssued)[0].business_date == on(7)

    def test_a_discount_claimed_in_advance_is_granted(self, books: CashBooks) -> None:
        books.receive(payment("P", "98", day=5, names=[("A-1", "98", "2")]))
        books.post(invoice("A-1", "100", invoiced=8, discount="2"))
        assert books.settled("P") == [("A-1", "98.00", "2.00", "remittance")]

    def test_an_invoice_in_another_currency_is_not_paid_by_it(self, books: CashBooks) -> None:
        books.receive(payment("P", "100", names=[("A-1", "100")]))
        books.post(invoice("A-1", "100", invoiced=8, currency="EUR"))
        assert books.open("A-1") == 100
        assert books.payments["P"].state is PaymentState.ON_ACCOUNT
        assert "no exchange rate or conversion is not allowed by policy" in books.payments["P"].note


class TestDiscountClaimed:
    def test_within_terms_it_is_granted(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "98", day=11, names=[("A-1", "98", "2")]))
        assert books.settled("P") == [("A-1", "98.00", "2.00", "remittance")]
        assert books.balance(Account.DISCOUNT_GRANTED) == 2
        assert "discount is granted" in books.lines("P")[0].why

    def test_a_day_late_it_is_not_and_stays_open(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "98", day=12, names=[("A-1", "98", "2")]))
        assert books.open("A-1") == 2
        assert "it had to be paid by 2026-03-11, the value date is 2026-03-12" in books.payments["P"].note

    def test_no_more_than_the_terms_grant(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "95", names=[("A-1", "95", "5")]))
        assert books.settled("P") == [("A-1", "95.00", "2.00", "remittance")]
        assert books.open("A-1") == 3

    def test_none_on_a_part_payment(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "49", names=[("A-1", "49", "1")]))
        assert books.open("A-1") == 51

    def test_none_on_a_disputed_item(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2", disputed=True))
        books.receive(payment("P", "98", names=[("A-1", "98", "2")]))
        assert books.open("A-1") == 2
        assert "the item is disputed" in books.payments["P"].note

    def test_taken_without_a_claim_to_the_cent_it_is_granted(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "98", names=[("A-1", "98")]))
        assert books.open("A-1") == 0

    def test_cash_for_all_of_it_leaves_no_room_for_a_discount(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "100", names=[("A-1", "100", "2")]))
        assert books.settled("P") == [("A-1", "100.00", "0.00", "remittance")]
        assert "cash paid all that was open" in books.payments["P"].note


class TestRecognition:
    @pytest.mark.parametrize(
        ("written", "money", "found"),
        [
            ("INV 1000-00000123", "40", "1000-00000123"),
            ("123", "40", "1000-00000123"),
            ("Rechnung Nr. 00000123", "40", "1000-00000123"),
            ("1000 123", "40", "1000-00000123"),
            ("1000-00000132", "100", "1000-00000123"),
            ("1000-00000132", "40", None),
            ("1000-00000723", "98", "1000-00000123"),
            ("12", "100", None),
            ("1000-00000879", "70", "1000-00000789"),
            ("9000-11111111", "100", None),
        ],
    )
    def test_numbers_with_prefixes_zeros_and_slips(self, written: str, money: str, found: str | None) -> None:
        books = CashBooks()
        books.post(invoice("1000-00000123", "100", discount="2"), invoice("1000-00000789", "70", due=40))
        books.receive(payment("P", money, names=[(written, money)]))
        assert [line.document_number for line in books.lines("P")] == ([found] if found else [])
        assert all(written in line.evidence and line.score < 100 for line in books.lines("P"))

    def test_a_slip_that_two_items_fit_is_nobodys(self) -> None:
        books = CashBooks()
        books.post(invoice("1000-00000123", "100"), invoice("1000-00000125", "100", due=40))
        books.receive(payment("P", "100", names=[("1000-00000124", "100")]))
        assert books.lines("P") == [] and books.payments["P"].pending_documents == 1

    def test_a_slip_into_another_customers_number_needs_the_exact_amount(self) -> None:
        for money, found in (("100", 1), ("99", 0)):
            books = CashBooks()
            books.post(invoice("1000-00000123", "100"))
            books.belongs_to_another_customer("1000-00000132")
            books.receive(payment("P", money, names=[("1000-00000132", money)]))
            assert len(books.lines("P")) == found

    def test_a_remittance_of_the_customers_number_only_is_none(self) -> None:
        books = CashBooks()
        books.post(invoice("A-1", "100"))
        books.receive(payment("P", "100", names=[("C-1", "100")]))
        assert books.lines("P")[0].rule == "single_open_item"
