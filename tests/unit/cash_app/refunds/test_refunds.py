"""Refunds: what is left, their cancellation, and who may approve them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.cash_app.payments.domain.payment import PaymentState
from services.cash_app.refunds.domain import NotRefundable, RefundRules, cancel, refund
from shared.contracts.cash_app import PaymentRefunded
from shared.kernel.authority import within_authority
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, on, payment
from tests.unit.cash_app.histories import order


def test_a_refund_leaves_what_was_not_ordered_and_its_cancellation_brings_it_back() -> None:
    books = CashBooks()
    books.receive(payment("P-1", "100"))
    paid = books.payments["P-1"]
    refund(paid, order("40.00"), books.book, books.bookings)
    assert (paid.state, paid.unapplied_amount) == (PaymentState.ON_ACCOUNT, 60)
    with pytest.raises(NotRefundable, match=r"60.00 USD of payment P-1 is unapplied, so 60.01"):
        refund(paid, order("60.01"), books.book, books.bookings)
    cancel(paid, order("40.00"), on(20), books.book, books.bookings)
    assert (paid.state, paid.unapplied_amount) == (PaymentState.UNAPPLIED, 100)
    assert books.balance(Account.REFUND_CLEARING) == 0
    assert [refunded.cancels for refunded in books.published(PaymentRefunded)] == [None, "RF-1"]


def test_authority_is_by_role_and_amount() -> None:
    rules = RefundRules(authority={"cash_clerk": Decimal(500)})
    assert within_authority(rules.authority, {"cash_clerk"}, Decimal(500))
    assert not within_authority(rules.authority, {"controller"}, Decimal(1))
    assert within_authority(rules.authority, {"admin"}, Decimal(501))
