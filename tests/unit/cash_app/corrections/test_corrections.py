"""What is undone is as if it had never been: reversal, transfer and split, and the books behind them."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from services.cash_app.application.domain.application_rules import CustomerRules, ShortPaymentRules
from services.cash_app.corrections.domain.reversal import NotReversible, PaymentHistory
from services.cash_app.corrections.domain.transfer import transfer
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import PaymentState, WrongState
from services.cash_app.payments.domain.splitting import NotSplittable, Part, rejoin, split
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied, PaymentTransferred, PaymentUnapplied
from shared.contracts.erp import PaymentReceived, RemittanceAdjustment, RemittanceLine
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.journal import Account
from tests.kit.examples import examples
from tests.unit.cash_app.application.test_books_properties import RATES, RULES, invoices, payments
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment
from tests.unit.cash_app.histories import balances, bounced, correction, history, suspended, undo


class TestReversal:
    @settings(max_examples=examples(40), deadline=None)
    @given(invoices(), payments(), RULES)
    def test_it_restores_everything(
        self, posted: list[InvoicePosted], received: list[PaymentReceived], rules: CustomerRules
    ) -> None:
        books, untouched = CashBooks(rules, RATES), CashBooks(rules, RATES)
        books.post(*posted)
        untouched.post(*posted)
        books.receive(*received)
        for payment_id in reversed(books.payments):
            undo(books, payment_id)
        owed = [(i.document_number, i.open_amount, i.discount_taken, i.due_date) for i in books.items.values()]
        assert owed == [
            (i.document_number, i.open_amount, i.discount_taken, i.due_date) for i in untouched.items.values()
        ]
        assert all(item.open_amount == 0 for item in books.bookings.items)
        assert all(p.unapplied_amount == p.amount for p in books.payments.values())
        money = {(account, currency) for account, currency in balances(books.bookings)}
        assert {account for account, _ in money} <= {Account.CASH, Account.UNAPPLIED_CASH, Account.ON_ACCOUNT}

    @settings(max_examples=examples(25), deadline=None)
    @given(invoices(), payments(), RULES, st.data())
    def test_the_sum_of_all_movements_is_zero(
        self, posted: list[InvoicePosted], received: list[PaymentReceived], rules: CustomerRules, data: st.DataObject
    ) -> None:
        """Everything received and then returned: nothing is left in any account, on any item, in any queue."""
        books = CashBooks(rules, RATES)
        books.post(*posted)
        books.receive(*received)
        for number, event in enumerate(data.draw(st.permutations(received))):
            back = bounced(f"R-{number}", event)
            back.receive(books.bookings)
            try:
                undo(books, event.payment_id, cause="returned")
            except NotReversible:
                reject()  # its deduction was settled by a payment that has to be undone first: another order is tried
            books.book.credit_withdrawn(books.payments[event.payment_id])
            back.take_from([books.payments[event.payment_id]], "by reference", books.bookings)
        assert balances(books.bookings) == {}
        for account in ("suspense", "unapplied", "on_account"):
            assert books.held(account) == 0
        assert {p.state for p in books.payments.values()} <= {PaymentState.RETURNED}
        deducted = sum(item.original_amount for item in books.bookings.items)
        assert sum(c.change for c in books.published(OpenItemChanged) if c.cause != "posted") + deducted == 0

    def test_items_are_owed_again_with_their_old_due_dates_and_nothing_settles_them_earlier(self) -> None:
        books = CashBooks()
        books.post(invoice("A-1", "100", due=31, discount="2"))
        books.receive(payment("P-1", "98", day=5))
        undo(books, "P-1", day=20)
        item, (undone,) = books.items["A-1"], books.published(PaymentUnapplied)
        assert (item.open_amount, item.discount_taken, item.due_date, item.item_version) == (100, 0, on(31), 5)
        assert (undone.applied_on, undone.unapplied_on, undone.amount, undone.discount) == (on(5), on(20), 98, 2)
        books.receive(payment("P-2", "98", day=6))
        assert books.published(PaymentApplied)[-1].applied_on == on(20)
        assert books.balance(Account.RECEIVABLES, on(19)) == -100
        assert books.balance(Account.RECEIVABLES) == -100

    def test_each_change_carries_the_value_date_of_its_payment(self) -> None:
        books = CashBooks()
        books.post(invoice("A-1", "100", invoiced=8, discount="2"))
        books.receive(payment("P-1", "98", day=5))
        undo(books, "P-1", day=20)
        changes = [(c.cause, c.business_date, c.value_date) for c in books.published(OpenItemChanged)]
        assert changes == [
            ("posted", on(8), None),
            ("cash", on(8), on(5)),
            ("discount", on(8), on(5)),
            ("unapplied", on(20), on(5)),
            ("unapplied", on(20), on(5)),
        ]

    def test_money_on_account_is_held_together_with_what_comes_back(self) -> None:
        books = CashBooks()
        books.post(invoice("A-1", "100"))
        books.receive(payment("P-1", "130"))
        undo(books, "P-1")
        held = books.payments["P-1"]
        assert (held.state, held.unapplied_amount) == (PaymentState.UNAPPLIED, 130)
        books.post(invoice("A-2", "50", invoiced=25))
        assert books.open("A-2") == 50
        assert books.held("on_account") == 0 == books.balance(Account.ON_ACCOUNT)

    def test_what_depends_on_it_has_to_be_undone_first(self) -> None:
        books = CashBooks(CustomerRules(short_payment=ShortPaymentRules(shortfall="deduction")))
        books.post(invoice("A-1", "100"))
        books.receive(payment("P-1", "90", names=[("A-1", "90")]))
        books.receive(payment("P-2", "4", day=6, names=[("P-1/A1/D1", "4")]))
        with pytest.raises(NotReversible, match="USD is settled since: undo that first"):
            undo(books, "P-1")

    def test_every_deduction_of_a_line_is_closed_when_it_is_undone(self) -> None:
        """The payer states two reasons for one invoice: two deductions."""
        books = CashBooks()
        books.post(invoice("A-1", "100"))
        kept = [RemittanceAdjustment(amount="6", reason="freight"), RemittanceAdjustment(amount="4", reason="damage")]
        line = RemittanceLine(document_number="A-1", amount="90", adjustments=kept)
        books.receive(payment("P-1", "90", remittance=[line]))
        assert [item.open_amount for item in books.bookings.items] == [6, 4]
        undo(books, "P-1")
        assert [item.open_amount for item in books.bookings.items] == [0, 0]
        assert (books.open("A-1"), books.items["A-1"].deducted) == (100, 0)


class TestTransferAndSplit:
    def test_all_of_it_goes_to_the_right_customer_by_way_of_suspense(self) -> None:
        books = CashBooks()
        books.post(invoice("A-1", "100"))
        books.receive(payment("P-1", "130"))
        taken_from, transferred = books.payments["P-1"], correction(books, 20, "transferred")
        transfer(taken_from, history(books, "P-1"), "C-2", transferred)
        (moved,) = books.published(PaymentTransferred)
        assert (moved.from_customer_id, moved.to_customer_id, moved.amount) == ("C-1", "C-2", 130)
        assert (taken_from.customer_id, taken_from.state, books.open("A-1")) == ("C-2", PaymentState.UNAPPLIED, 100)
        assert books.held("suspense") == 0 == books.balance(Account.SUSPENSE)
        of_customer: defaultdict[str | None, Decimal] = defaultdict(Decimal)
        for movement in books.bookings.movements:
            of_customer[movement.customer_id] += movement.change
        assert of_customer == {"C-1": 0, None: 0, "C-2": 130}
        with pytest.raises(WrongState, match="belongs to customer C-2 already"):
            transfer(taken_from, PaymentHistory(), "C-2", transferred)

    def test_parts_are_payments_of_their_own_and_can_be_put_together_again(self) -> None:
        bookings, whole = Bookings(), suspended("P-1", "100")
        whole.receive(bookings)
        parts = split(whole, [Part("C-1", Decimal(70)), Part("C-2", Decimal(30))], 0, on(9), bookings)
        assert [(p.payment_id, p.customer_id, p.unapplied_amount) for p in parts] == [
            ("P-1/S1", "C-1", 70),
            ("P-1/S2", "C-2", 30),
        ]
        assert (whole.state, whole.unapplied_amount) == (PaymentState.APPLIED, 0)
        for part in parts:
            rejoin(part, whole, on(12), bookings)
        assert (whole.state, whole.unapplied_amount, whole.customer_id) == (PaymentState.SUSPENSE, 100, None)
        assert balances(bookings) == {(Account.CASH, "USD"): 100, (Account.SUSPENSE, "USD"): -100}
        with pytest.raises(NotSplittable, match=r"100\.00 USD of payment P-1 is unapplied"):
            split(whole, [Part("C-1", Decimal(101))], 2, on(13), bookings)
