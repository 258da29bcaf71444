"""A payment's life and its books."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from services.cash_app.domain.application import apply_payment
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.by_hand import HandLine, NotAllowed, apply_by_hand
from services.cash_app.domain.open_items import OverApplied
from services.cash_app.domain.payments import TRANSITIONS, PaymentState, WrongState, payment_of
from shared.contracts.cash_app import PaymentSuspended
from shared.kernel.journal import Account
from tests.unit.cash_app.desk import Desk, invoice, on, payment

README = Path(__file__).parents[3] / "services" / "cash_app" / "README.md"


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_the_readme_shows_every_transition() -> None:
    text = README.read_text()
    for left, reached in TRANSITIONS.items():
        for state in reached:
            assert f"{left or '[*]'} --> {state}" in text


class TestSuspense:
    def test_nobodys_money_is_suspended_with_the_reason(self) -> None:
        bookings = Bookings()
        payment_of(payment("P", "100"), None, "payer account X is not known").receive(bookings)
        (said,) = bookings.said
        assert isinstance(said, PaymentSuspended)
        assert said.reason == "payer account X is not known"
        assert [(p.debit, p.credit, p.business_date) for p in bookings.postings] == [
            (Account.CASH, Account.SUSPENSE, on(5))
        ]

    def test_assigned_later_it_keeps_the_discount_its_value_date_earned(self, desk: Desk) -> None:
        desk.post(invoice("A-1", "100", discount="2"))
        suspended = payment_of(payment("P", "98", day=5, customer_id=None), None, "nobody knows")
        suspended.receive(desk.bookings)
        suspended.assign("C-1", on(20), "assigned by Pat", desk.bookings)
        apply_payment(suspended, desk.book, desk.bookings)
        assert desk.settled("P") == [("A-1", "98.00", "2.00", "single_open_item")]
        assert desk.items["A-1"].closed_on == on(20)
        assert desk.held("suspense", on(19)) == 98
        assert desk.balance(Account.SUSPENSE, on(19)) == -98
        assert desk.balance(Account.SUSPENSE) == 0

    def test_an_assigned_payment_cannot_be_assigned_again(self, desk: Desk) -> None:
        desk.receive(payment("P", "98"))
        with pytest.raises(WrongState, match="P is on_account"):
            desk.payments["P"].assign("C-2", on(9), "again", Bookings())


class TestByHand:
    def apply(self, desk: Desk, payment_id: str, *lines: tuple[str, str, str]) -> None:
        hand = [HandLine(desk.items[n], Decimal(cash), Decimal(discount)) for n, cash, discount in lines]
        waits = [a for a in desk.awaited if a.payment_id == payment_id]
        apply_by_hand(desk.payments[payment_id], hand, "as they said", on(25), waits, desk.book, desk.bookings)

    def test_money_on_account_settles_what_the_clerk_says_on_the_day(self, desk: Desk) -> None:
        desk.post(invoice("A-1", "100"), invoice("A-2", "50"))
        desk.receive(payment("P", "70", names=[("A-9X", "70")]))
        self.apply(desk, "P", ("A-1", "30", "0"), ("A-2", "40", "0"))
        assert [x[3] for x in desk.settled("P")] == ["by_hand", "by_hand"]
        assert desk.payments["P"].state is PaymentState.APPLIED
        assert not desk.awaited[0].waiting
        assert desk.held("unapplied", on(24)) == 70

    def test_a_discount_is_granted_where_the_value_date_earned_it(self, desk: Desk) -> None:
        desk.post(invoice("A-1", "100", discount="2"))
        desk.receive(payment("P", "98", day=5, names=[("A1", "98")]))
        self.apply(desk, "P", ("A-1", "98", "2"))
        assert desk.open("A-1") == 0

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            (("A-1", "71", "0"), "the lines add up to 71.00 USD, but 70.00"),
            (("A-2", "60", "0"), "A-2 has 50.00 USD open, not 60"),
            (("A-1", "70", "30"), "a discount of 30 USD is not earned"),
            (("A-1", "0.001", "0"), "is not an amount in USD"),
            (("A-3", "10", "0"), "A-3 is in EUR, the payment in USD"),
        ],
    )
    def test_what_the_rules_forbid_is_refused(self, desk: Desk, line: tuple[str, str, str], said: str) -> None:
        desk.post(invoice("A-1", "100"), invoice("A-2", "50"), invoice("A-3", "50", currency="EUR"))
        desk.receive(payment("P", "70", names=[("A-9X", "70")]))
        with pytest.raises(NotAllowed, match=said):
            self.apply(desk, "P", line)

    def test_an_applied_payment_has_nothing_left(self, desk: Desk) -> None:
        desk.post(invoice("A-1", "100"), invoice("A-2", "50"))
        desk.receive(payment("P", "100"))
        with pytest.raises(WrongState, match="no money of it is left"):
            self.apply(desk, "P", ("A-2", "1", "0"))


def test_an_item_cannot_go_below_zero(desk: Desk) -> None:
    desk.post(invoice("A-1", "100"))
    with pytest.raises(OverApplied, match=r"cannot take 100.01 USD off A-1: 100.00 is open"):
        desk.items["A-1"].reduce(Decimal("100.01"), on(5), "cash", "P/A1")


def test_an_item_closed_by_backdated_money_closed_when_the_last_of_it_was_there(desk: Desk) -> None:
    desk.post(invoice("A-1", "100"))
    desk.receive(payment("P", "60", day=20))
    desk.receive(payment("Q", "40", day=10))
    assert desk.items["A-1"].closed_on == on(20)
