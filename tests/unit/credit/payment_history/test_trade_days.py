"""What changes of open items add to a customer's payment history."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from services.credit.accounts.domain.open_items import OpenItem, trade_days_of
from services.credit.payment_history.domain.trade_days import TradeDay
from shared.contracts.cash_app import OpenItemChanged
from tests.unit.credit.events import DAY, item

SUMS = ("balance_change", "paid_items", "paid_amount", "late_items_days", "amount_days", "disputed_amount")


def test_a_payment_counts_by_the_days_it_came_beyond_terms():
    bought = TradeDay.of(item("I-1", "100", "100", document_date=DAY - timedelta(days=9)))
    assert (bought.purchases, bought.balance_change, bought.paid_items) == (100, 100, 0)
    assert bought.first_document == DAY - timedelta(days=9)
    late = TradeDay.of(item("I-1", "100", "40", 2, due_date=DAY - timedelta(days=10)))
    assert (late.paid_amount, late.amount_days, late.late_amount, late.late_items_days) == (60, 600, 60, 10)
    early = TradeDay.of(item("I-1", "100", "0", 2, due_date=DAY + timedelta(days=10)))
    assert (early.paid_amount, early.amount_days, early.late_amount) == (100, 0, 0)
    discount = TradeDay.of(item("I-1", "100", "98", 2, cause="discount"))
    assert (discount.paid_amount, discount.balance_change) == (0, -2)


def history_of(*changes: OpenItemChanged) -> TradeDay:
    """The sums of all changes of one item."""
    known = OpenItem("C-1", "I-1", "USD")
    days = []
    for change in changes:
        known.changed(change)
        days += trade_days_of(change, known)
    sums = {name: sum(getattr(day, name) for day in days) for name in SUMS}
    return TradeDay("C-1", "USD", DAY, **sums)


def test_what_the_customer_is_not_to_blame_for_is_not_held_against_it():
    due = DAY - timedelta(days=30)
    late: dict[str, Any] = {"due_date": due}
    posted = item("I-1", "100", "100", **late)
    paid = item("I-1", "100", "0", 2, **late)
    assert history_of(posted, paid).amount_days == 3000
    for changes in (
        (posted, item("I-1", "100", "0", 2, disputed=True, **late)),
        # Disputed until it was overdue, though no longer when it was paid.
        (item("I-1", "100", "100", due_date=due, disputed=True), paid),
        # Credited: we were found wrong.
        (posted, item("I-1", "100", "0", 2, payment_method="credit_memo", **late)),
    ):
        days = history_of(*changes)
        assert (days.paid_amount, days.amount_days, days.disputed_amount) == (0, 0, 100)
    settled = item("I-1", "100", "100", 2, DAY - timedelta(days=40), cause="cash", change=Decimal(0), **late)
    in_time = history_of(
        item("I-1", "100", "100", due_date=due, disputed=True), settled, item("I-1", "100", "0", 3, **late)
    )
    assert in_time.amount_days == 3000


def test_an_application_that_is_undone_leaves_the_history():
    late: dict[str, Any] = {"due_date": DAY - timedelta(days=30)}
    posted = item("I-1", "100", "100", **late)
    first = item("I-1", "100", "40", 2, cause_id="P-1/A1", change=Decimal(-60), **late)
    second = item("I-1", "100", "0", 3, cause_id="P-2/A1", change=Decimal(-40), **late)
    undone = item("I-1", "100", "60", 4, DAY + timedelta(days=9), cause="unapplied", cause_id="P-1/A1/R",
                  reverses="P-1/A1", change=Decimal(60), **late)  # fmt: skip
    days = history_of(posted, first, second, undone)
    assert (days.paid_items, days.paid_amount, days.late_items_days, days.amount_days) == (1, 40, 30, 1200)
    assert days.balance_change == 60
    # On the day on which it was counted, not on that on which it was undone.
    known = OpenItem("C-1", "I-1", "USD")
    known.changed(first)
    trade_days_of(first, known)
    assert [day.business_date for day in trade_days_of(undone, known)] == [DAY + timedelta(days=9), DAY]
