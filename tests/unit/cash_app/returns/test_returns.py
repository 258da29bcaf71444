"""The bank takes a payment back: a claim for what was refunded, a fee by policy, and the way back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import PaymentState
from services.cash_app.refunds.domain import refund
from services.cash_app.returns.domain import ReturnFee
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, on, payment
from tests.unit.cash_app.histories import balances, bounced, order, suspended

FEE = ReturnFee(amounts={"USD": Decimal("25.00")}, due_days=10)


def test_what_was_refunded_before_is_a_claim_and_the_fee_is_by_policy() -> None:
    books = CashBooks()
    books.receive(payment("P-1", "100"))
    back, paid = bounced("R-1", payment("P-1", "100")), books.payments["P-1"]
    refund(paid, order("40.00"), books.book, books.bookings)
    back.receive(books.bookings)
    books.book.credit_withdrawn(paid)
    paid.hold(on(12), books.bookings)
    missing, day = back.take_from([paid], "by reference", books.bookings)
    claim, fee = back.claim(missing, "C-1", day, books.bookings), back.fee(FEE, "C-1", day, books.bookings)
    assert fee is not None
    assert (back.fee_item_id, back.claim_item_id) == (fee.item_id, claim.item_id)
    assert (missing, claim.kind, fee.kind, fee.due_date) == (40, "claim", "fee", on(22))
    assert (paid.state, books.held("suspense")) == (PaymentState.RETURNED, 0)
    assert balances(books.bookings) == {
        (Account.RECEIVABLES, "USD"): 65,
        (Account.REFUND_CLEARING, "USD"): -40,
        (Account.FEE_INCOME, "USD"): -25,
    }
    back.unmatch({"P-1": paid}, {"P-1": Decimal(60)}, [claim, fee], on(20), books.bookings)
    assert (paid.state, paid.unapplied_amount, books.held("suspense")) == (PaymentState.UNAPPLIED, 60, -100)
    assert (back.fee_item_id, back.claim_item_id) == (None, None)
    assert books.balance(Account.RECEIVABLES) == 0 == claim.open_amount == fee.open_amount


def test_a_currency_without_a_fee_costs_nothing() -> None:
    assert bounced("R-1", payment("P", "10", currency="EUR")).fee(FEE, "C-1", on(9), Bookings()) is None


@pytest.mark.parametrize(
    ("change", "sentence"),
    [({"currency": "EUR"}, "of another company or currency"), ({"state": PaymentState.RETURNED}, "before")],
)
def test_another_payment_is_not_taken(change: dict[str, Any], sentence: str) -> None:
    paid = suspended("P-1", "100")
    for name, value in change.items():
        setattr(paid, name, value)
    assert sentence in bounced("R-1", payment("P-1", "100")).objection([paid])
