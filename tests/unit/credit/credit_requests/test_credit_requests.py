"""Requests are evaluated, and move only as the table of their states allows."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from services.credit.credit_requests.domain.credit_requests import (
    BureauReport,
    CreditRequest,
    InvalidTransition,
    evaluate_history,
    evaluate_report,
    rejection_reason,
)
from services.credit.credit_requests.domain.request_policy import RequestPolicy
from services.credit.credit_requests.domain.request_states import DECIDED, TRANSITIONS, RequestState, Transition
from services.credit.credit_requests.policy import CREDIT_REQUESTS
from services.credit.payment_history.domain.payment_facts import PaymentFacts
from services.credit.payment_history.policy import CREDIT_SCORECARD
from shared.contracts.credit import CreditState
from tests.unit.credit.events import DAY

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "credit-requests.md"
POLICY, CARD = CREDIT_REQUESTS.shipped.document, CREDIT_SCORECARD.shipped.document
GOOD = PaymentFacts(payments=9, relationship_months=60)
MIXED = PaymentFacts(payments=9, weighted_days_late=Decimal(15), late_share_percent=Decimal(50), relationship_months=2)
POOR = PaymentFacts(payments=9, weighted_days_late=Decimal(60), late_share_percent=Decimal(90), broken_promises=3)


def request(amount: str = "5000", **given: Any) -> CreditRequest:
    facts: dict[str, Any] = {
        "customer_id": "C-1", "request_id": "R-1", "kind": "new", "currency": "USD", "amount": Decimal(amount),
        "requested_on": DAY, "requested_by": "Sal",
    }  # fmt: skip
    return CreditRequest(**(facts | given))


def report(score: int | None) -> BureauReport:
    return BureauReport("C-1", "R-1", "Bureau", DAY, DAY + timedelta(days=180), score, "")


def test_the_page_draws_the_table_of_a_requests_life():
    drawn = {
        (old, cause): new
        for old, new, cause in re.findall(r"^    (\w+) --> (\w+): (.+)$", PAGE.read_text(), re.MULTILINE)
    }
    assert drawn == {(old, str(transition)): new for (old, transition), new in TRANSITIONS.items()}


def test_every_transition_moves_some_request_and_every_state_can_be_left_and_reached():
    assert {transition for _, transition in TRANSITIONS} == set(Transition)
    states = set(RequestState.__args__)  # type: ignore[attr-defined]
    assert {old for old, _ in TRANSITIONS} == states - DECIDED
    assert set(TRANSITIONS.values()) == states - {"Requested"}


@pytest.mark.parametrize(
    ("facts", "amount", "state", "transition", "risk"),
    [
        (GOOD, "50000", "Active", Transition.GOOD_HISTORY, "low"),
        (GOOD, "50000.01", "Active", Transition.GOOD_BUT_LARGE, "low"),
        (MIXED, "5000", "Active", Transition.MIXED_HISTORY, "medium"),
        (POOR, "5000", "Active", Transition.POOR_HISTORY, "high"),
        (PaymentFacts(payments=2), "5000", "Active", Transition.NO_HISTORY, "unrated"),
        (GOOD, "5000", "Closed", Transition.NO_CREDIT_NOW, "high"),
        (GOOD, "5000", "Suspended", Transition.NO_CREDIT_NOW, "high"),
        (GOOD, "5000", "Review", Transition.GOOD_HISTORY, "low"),
    ],
)
def test_history_decides(
    facts: PaymentFacts, amount: str, state: CreditState, transition: Transition, risk: str
) -> None:
    evaluated = evaluate_history(request(amount), facts, CARD.score(facts), POLICY, state)
    assert (evaluated.transition, evaluated.risk_class) == (transition, risk)
    assert evaluated.text.endswith(".")


@pytest.mark.parametrize(
    ("score", "amount", "transition"),
    [
        (70, "5000", Transition.HIGH_SCORE),
        (100, "60000", Transition.HIGH_BUT_LARGE),
        (69, "5000", Transition.MEDIUM_SCORE),
        (31, "5000", Transition.MEDIUM_SCORE),
        (30, "5000", Transition.LOW_SCORE),
        (None, "5000", Transition.NOTHING_ON_FILE),
    ],
)
def test_the_bureaus_score_decides(score: int | None, amount: str, transition: Transition) -> None:
    assert evaluate_report(request(amount), report(score), POLICY).transition == transition


def test_a_poor_history_is_explained_by_what_cost_most():
    evaluated = evaluate_history(request(), POOR, CARD.score(POOR), POLICY, "Active")
    assert evaluated.text == (
        "16 of 100 points (16.0 %) are below 40 %. Most of them were lost by: "
        "average 60 days beyond terms, weighted by amount: 0 of 25."
    )


def test_a_request_moves_only_as_the_table_allows():
    asked = request()
    step = asked.apply(Transition.POOR_HISTORY, DAY, "system", "pays late")
    assert (step.step, step.old_state, step.new_state) == (1, "Requested", "ManualReview")
    with pytest.raises(InvalidTransition, match="R-1 is ManualReview: this state does not allow the step"):
        asked.apply(Transition.SECOND_APPROVAL, DAY, "Mo", "fine")
    asked.apply(Transition.DECLINED, DAY, "Mo", "no")
    assert (asked.open, asked.decided_by, asked.steps) == (False, "Mo", 2)
    with pytest.raises(InvalidTransition):
        asked.apply(Transition.APPROVED, DAY, "Mo", "yes")


def test_requests_that_cannot_be_taken():
    ended = request(valid_until=DAY - timedelta(days=1))
    assert rejection_reason(request(), "USD", "Active", None) is None
    assert rejection_reason(request(), "", "Active", None) is None
    reasons = [
        rejection_reason(request(), "USD", "Active", "R-0"),
        rejection_reason(request(), "EUR", "Active", None),
        rejection_reason(ended, "USD", "Active", None),
        rejection_reason(request(kind="increase"), "USD", "Closed", None),
    ]
    assert [reason.code for reason in reasons if reason] == [
        "request-under-way", "other-currency", "ends-before-start", "account-closed",
    ]  # fmt: skip


def test_statements_are_reminded_of_once_and_expire():
    asked = request(state="ManualReview")
    asked.apply(Transition.STATEMENTS_REQUESTED, DAY, "Ann", "please")
    asked.statements_asked(POLICY, DAY)
    due = DAY + timedelta(days=30)
    assert not asked.to_be_reminded(POLICY, due - timedelta(days=8))
    assert asked.to_be_reminded(POLICY, due - timedelta(days=7))
    asked.reminded_on = due - timedelta(days=7)
    assert not asked.to_be_reminded(POLICY, due)
    assert not asked.statements_expired(due + timedelta(days=14))
    assert asked.statements_expired(due + timedelta(days=15))


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("history", {"poor_percent": "80"}, "poor_percent 80 must be below good_percent 70"),
        ("history", {"trend_months": 12}, "trend_months 12 must be fewer than months 12"),
        ("bureau", {"low_score": 90}, "low_score 90 must be below high_score 70"),
        ("statements", {"reminder_days": 31}, "reminder_days 31 must be fewer than due_days 30"),
        ("caps", dict.fromkeys(("net_worth_percent", "our_sales_percent", "purchases_months")), "all caps are null"),
        ("history", {"no_such_field": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(part: str, change: dict[str, Any], words: str) -> None:
    whole = POLICY.model_dump(mode="json")
    with pytest.raises(ValidationError, match=words):
        RequestPolicy.model_validate(whole | {part: whole[part] | change})
