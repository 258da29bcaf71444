"""A payment's life and its books."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from services.cash_app.application.domain.application import apply_payment
from services.cash_app.application.domain.manual_application import (
    LineNotAllowed,
    ManualApplication,
    ManualLine,
    apply_manually,
)
from services.cash_app.open_items.domain.open_item import OverApplied
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import TRANSITIONS, PaymentState, WrongState, payment_of
from shared.contracts.cash_app import PaymentSuspended
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment

REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "cash-application.md"


@pytest.fixture
def books() -> CashBooks:
    return CashBooks()


def test_the_reference_shows_every_transition() -> None:
    text = REFERENCE.read_text()
    for left, reached in TRANSITIONS.items():
        for state in reached:
            assert f"{left or '[*]'} --> {state}" in text


class TestSuspense:
    def test_nobodys_money_is_suspended_with_the_reason(self) -> None:
        bookings = Bookings()
        payment_of(payment("P", "100"), None, "payer account X is not known").receive(bookings)
        (event,) = bookings.events
        assert isinstance(event, PaymentSuspended)
        assert event.reason == "payer account X is not known"
        assert [(p.debit, p.credit, p.business_date) for p in bookings.postings] == [
            (Account.CASH, Account.SUSPENSE, on(5))
        ]

    def test_assigned_later_it_keeps_the_discount_its_value_date_earned(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        suspended = payment_of(payment("P", "98", day=5, customer_id=None), None, "unknown payer")
        suspended.receive(books.bookings)
        suspended.assign("C-1", on(20), "assigned by Pat", books.bookings)
        apply_payment(suspended, books.book, books.bookings)
        assert books.settled("P") == [("A-1", "98.00", "2.00", "single_open_item")]
        assert books.items["A-1"].closed_on == on(20)
        assert books.held("suspense", on(19)) == 98
        assert books.balance(Account.SUSPENSE, on(19)) == -98
        assert books.balance(Account.SUSPENSE) == 0

    def test_an_assigned_payment_cannot_be_assigned_again(self, books: CashBooks) -> None:
        books.receive(payment("P", "98"))
        with pytest.raises(WrongState, match="P is on_account"):
            books.payments["P"].assign("C-2", on(9), "again", Bookings())


class TestByHand:
    def apply(self, books: CashBooks, payment_id: str, *lines: tuple[str, str, str]) -> None:
        hand = [ManualLine(books.items[n], Decimal(cash), Decimal(discount)) for n, cash, discount in lines]
        waits = [a for a in books.pending if a.payment_id == payment_id]
        decision = ManualApplication(hand, "as they asked", on(25))
        apply_manually(books.payments[payment_id], decision, waits, books.book, books.bookings)

    def test_money_on_account_settles_what_the_clerk_names_on_the_day(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"), invoice("A-2", "50"))
        books.receive(payment("P", "70", names=[("A-9X", "70")]))
        self.apply(books, "P", ("A-1", "30", "0"), ("A-2", "40", "0"))
        assert [x[3] for x in books.settled("P")] == ["by_hand", "by_hand"]
        assert books.payments["P"].state is PaymentState.APPLIED
        assert not books.pending[0].waiting
        assert books.held("unapplied", on(24)) == 70

    def test_a_discount_is_granted_where_the_value_date_earned_it(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "98", day=5, names=[("A1", "98")]))
        self.apply(books, "P", ("A-1", "98", "2"))
        assert books.open("A-1") == 0

    @pytest.mark.parametrize(
        ("line", "sentence"),
        [
            (("A-1", "71", "0"), "the lines add up to 71.00 USD, but 70.00"),
            (("A-2", "60", "0"), "A-2 has 50.00 USD open, not 60"),
            (("A-1", "70", "30"), "a discount of 30.00 USD is not earned"),
            (("A-1", "0.001", "0"), "is not an amount in USD"),
            (("A-3", "10", "0"), "A-3 is in EUR, the payment in USD"),
        ],
    )
    def test_what_the_rules_forbid_is_refused(
        self, books: CashBooks, line: tuple[str, str, str], sentence: str
    ) -> None:
        books.post(invoice("A-1", "100"), invoice("A-2", "50"), invoice("A-3", "50", currency="EUR"))
        books.receive(payment("P", "70", names=[("A-9X", "70")]))
        with pytest.raises(LineNotAllowed, match=sentence):
            self.apply(books, "P", line)

    def test_an_applied_payment_has_nothing_left(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"), invoice("A-2", "50"))
        books.receive(payment("P", "100"))
        with pytest.raises(WrongState, match="none of its money is left"):
            self.apply(books, "P", ("A-2", "1", "0"))


def test_an_item_cannot_go_below_zero(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"))
    with pytest.raises(OverApplied, match=r"cannot take 100.01 USD off A-1: 100.00 USD is open"):
        books.items["A-1"].reduce(Decimal("100.01"), on(5), "cash", "P/A1")


def test_an_item_closed_by_backdated_money_closed_when_the_last_of_it_was_there(books: CashBooks) -> None:
    books.post(invoice("A-1", "100"))
    books.receive(payment("P", "60", day=20))
    books.receive(payment("Q", "40", day=10))
    assert books.items["A-1"].closed_on == on(20)
