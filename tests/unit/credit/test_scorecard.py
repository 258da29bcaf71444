"""Points for payment history, each explained; and policies that contradict themselves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.credit.domain.open_items import OpenItem
from services.credit.domain.payment_facts import (
    PaymentFacts,
    TradeDay,
    months_after,
    months_before,
    months_between,
    told_by,
)
from services.credit.domain.request_policy import RequestPolicy
from services.credit.domain.scorecard import Scorecard
from services.credit.request_store import CREDIT_REQUESTS, CREDIT_SCORECARD
from shared.contracts.cash_app import OpenItemChanged
from tests.unit.credit.events import DAY, item

SUMS = ("balance_change", "paid_items", "paid_amount", "late_items_days", "amount_days", "disputed_amount")
CARD = CREDIT_SCORECARD.shipped.document
POLICY = CREDIT_REQUESTS.shipped.document


def test_each_point_is_explained():
    score = CARD.score(
        PaymentFacts(
            payments=9, weighted_days_late=Decimal("18.2"), trend_days=Decimal(-6), late_share_percent=Decimal(35),
            broken_promises=1, highest_balance_percent=Decimal(90), relationship_months=40,
        )
    )  # fmt: skip
    assert [line.text for line in score.lines] == [
        "average 18 days beyond terms, weighted by amount: 12 of 25",
        "lately 6 days sooner than before: 10 of 10",
        "35 % of the money came late: 8 of 20",
        "1 broken promises: 8 of 20",
        "highest balance 90 % of the limit: 10 of 10",
        "customer for 40 months: 15 of 15",
    ]
    assert (score.points, score.points_max, score.percent) == (63, 100, Decimal("63.0"))
    assert [line.fact for line in score.worst] == ["weighted_days_late", "broken_promises", "late_share_percent"]


days_late = st.decimals(0, 400, places=1)


@given(days_late, days_late, st.integers(0, 9), st.integers(0, 9))
def test_paying_later_or_breaking_more_promises_never_gives_more_points(
    days: Decimal, more: Decimal, broken: int, further: int
) -> None:
    better = CARD.score(PaymentFacts(weighted_days_late=days, broken_promises=broken))
    worse = CARD.score(PaymentFacts(weighted_days_late=days + more, broken_promises=broken + further))
    assert worse.points <= better.points


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


def published(*changes: OpenItemChanged) -> TradeDay:
    """The sums of all that is told of one item."""
    known = OpenItem("C-1", "I-1", "USD")
    told = []
    for change in changes:
        known.changed(change)
        told += told_by(change, known)
    sums = {name: sum(getattr(day, name) for day in told) for name in SUMS}
    return TradeDay("C-1", "USD", DAY, **sums)


def test_what_the_customer_is_not_to_blame_for_is_not_held_against_it():
    due = DAY - timedelta(days=30)
    late: dict[str, Any] = {"due_date": due}
    posted = item("I-1", "100", "100", **late)
    paid = item("I-1", "100", "0", 2, **late)
    assert published(posted, paid).amount_days == 3000
    for changes in (
        (posted, item("I-1", "100", "0", 2, disputed=True, **late)),
        # Disputed until it was overdue, though no longer when it was paid.
        (item("I-1", "100", "100", due_date=due, disputed=True), paid),
        # Credited: we were found wrong.
        (posted, item("I-1", "100", "0", 2, payment_method="credit_memo", **late)),
    ):
        told = published(*changes)
        assert (told.paid_amount, told.amount_days, told.disputed_amount) == (0, 0, 100)
    settled = item("I-1", "100", "100", 2, DAY - timedelta(days=40), cause="cash", change=Decimal(0), **late)
    in_time = published(
        item("I-1", "100", "100", due_date=due, disputed=True), settled, item("I-1", "100", "0", 3, **late)
    )
    assert in_time.amount_days == 3000


def test_an_application_that_is_undone_leaves_the_history():
    late: dict[str, Any] = {"due_date": DAY - timedelta(days=30)}
    posted = item("I-1", "100", "100", **late)
    first = item("I-1", "100", "40", 2, cause_id="P-1/A1", change=Decimal(-60), **late)
    second = item("I-1", "100", "0", 3, cause_id="P-2/A1", change=Decimal(-40), **late)
    undone = item("I-1", "100", "60", 4, DAY + timedelta(days=9), cause="unapplied", cause_id="P-1/A1/R",
                  change=Decimal(60), **late)  # fmt: skip
    told = published(posted, first, second, undone)
    assert (told.paid_items, told.paid_amount, told.late_items_days, told.amount_days) == (1, 40, 30, 1200)
    assert told.balance_change == 60
    # On the day on which it was counted, not on that on which it was undone.
    known = OpenItem("C-1", "I-1", "USD")
    known.changed(first)
    told_by(first, known)
    assert [day.business_date for day in told_by(undone, known)] == [DAY + timedelta(days=9), DAY]


@given(st.dates(date(2000, 1, 1), date(2090, 12, 31)), st.integers(0, 120))
def test_months_back_and_forth(day: date, months: int) -> None:
    before = months_before(day, months)
    assert months_between(before, day) in (months, months - 1 if before.day != day.day else months)
    assert months_after(date(day.year, day.month, 1), months) >= date(day.year, day.month, 1)
    assert months_before(date(2024, 3, 31), 1) == date(2024, 2, 29)


def test_reviews_come_due_by_risk_class_and_amount():
    on = date(2024, 1, 31)
    assert POLICY.review_due("low", Decimal(99_999), on) == date(2026, 1, 31)
    assert POLICY.review_due("low", Decimal(100_000), on) == date(2025, 1, 31)
    assert POLICY.review_due("high", Decimal(50_000), on) == date(2024, 4, 30)


def test_authority_reaches_as_far_as_the_policy_says():
    authority = POLICY.authority
    assert authority.may_approve({"credit_analyst"}, Decimal(50_000))
    assert not authority.may_approve({"credit_analyst"}, Decimal("50000.01"))
    assert not authority.may_approve({"collector"}, Decimal(1))
    assert authority.may_second({"credit_manager"}, Decimal(10_000_000))
    assert not authority.may_second({"credit_analyst"}, Decimal(50_001))


def document(model: Any) -> dict[str, Any]:
    return model.model_dump(mode="json")


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("history", {"poor_percent": "80"}, "poor_percent 80 must be below good_percent 70"),
        ("history", {"trend_months": 12}, "trend_months 12 must be fewer than months 12"),
        ("bureau", {"low_score": 90}, "low_score 90 must be below high_score 70"),
        ("statements", {"reminder_days": 31}, "reminder_days 31 must be fewer than due_days 30"),
        ("authority", {"with_second_person": {"credit_manager": "5"}}, "may approve less as a second person"),
        ("caps", dict.fromkeys(("net_worth_percent", "our_sales_percent", "purchases_months")), "all caps are null"),
        ("history", {"no_such_field": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(part: str, change: dict[str, Any], words: str) -> None:
    whole = document(POLICY)
    with pytest.raises(ValidationError, match=words):
        RequestPolicy.model_validate(whole | {part: whole[part] | change})


def test_a_policy_without_a_review_for_somebody_is_refused():
    whole = document(POLICY)
    with pytest.raises(ValidationError, match="no review rule for risk class low from amount 0"):
        RequestPolicy.model_validate(whole | {"reviews": whole["reviews"][1:]})
    with pytest.raises(ValidationError, match="two review rules"):
        RequestPolicy.model_validate(whole | {"reviews": [*whole["reviews"], whole["reviews"][0]]})


@pytest.mark.parametrize(
    ("bands", "words"),
    [
        ([{"up_to": "5", "points": 1}], "must end with the one"),
        ([{"up_to": "5", "points": 2}, {"up_to": "5", "points": 1}, {"up_to": None, "points": 0}], "must rise"),
        ([{"up_to": None, "points": 0}], "gives a point"),
    ],
)
def test_a_scorecard_with_bands_that_leave_gaps_is_refused(bands: list[dict[str, Any]], words: str) -> None:
    card = {"characteristics": [{"fact": "broken_promises", "bands": bands}]}
    with pytest.raises(ValidationError, match=words):
        Scorecard.model_validate(card)
    twice = {"characteristics": document(CARD)["characteristics"] * 2}
    with pytest.raises(ValidationError, match="is scored twice"):
        Scorecard.model_validate(twice)
