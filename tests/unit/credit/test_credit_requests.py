"""Requests judged, limits planned, and the table of a request's life."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit.domain.credit_file import CreditFile, PlannedLimit
from services.credit.domain.credit_requests import (
    BureauReport,
    CreditRequest,
    ImpossibleTurn,
    judged_on_history,
    judged_on_report,
    not_acceptable,
)
from services.credit.domain.payment_facts import PaymentFacts
from services.credit.domain.request_states import DECIDED, TRANSITIONS, RequestState, Turn
from services.credit.request_store import CREDIT_REQUESTS, CREDIT_SCORECARD
from shared.contracts.credit import CreditState
from tests.unit.credit.events import DAY

PAGE = Path(__file__).parents[3] / "services" / "credit" / "REQUESTS.md"
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
    assert drawn == {(old, str(turn)): new for (old, turn), new in TRANSITIONS.items()}


def test_every_turn_moves_some_request_and_every_state_can_be_left_and_reached():
    assert {turn for _, turn in TRANSITIONS} == set(Turn)
    states = set(RequestState.__args__)  # type: ignore[attr-defined]
    assert {old for old, _ in TRANSITIONS} == states - DECIDED
    assert set(TRANSITIONS.values()) == states - {"Requested"}


@pytest.mark.parametrize(
    ("facts", "amount", "state", "turn", "risk"),
    [
        (GOOD, "50000", "Active", Turn.GOOD_HISTORY, "low"),
        (GOOD, "50000.01", "Active", Turn.GOOD_BUT_LARGE, "low"),
        (MIXED, "5000", "Active", Turn.MIXED_HISTORY, "medium"),
        (POOR, "5000", "Active", Turn.POOR_HISTORY, "high"),
        (PaymentFacts(payments=2), "5000", "Active", Turn.NO_HISTORY, "unrated"),
        (GOOD, "5000", "Closed", Turn.NO_CREDIT_NOW, "high"),
        (GOOD, "5000", "Suspended", Turn.NO_CREDIT_NOW, "high"),
        (GOOD, "5000", "Review", Turn.GOOD_HISTORY, "low"),
    ],
)
def test_history_decides(facts: PaymentFacts, amount: str, state: CreditState, turn: Turn, risk: str) -> None:
    judged = judged_on_history(request(amount), facts, CARD.score(facts), POLICY, state)
    assert (judged.turn, judged.risk_class) == (turn, risk)
    assert judged.text.endswith(".")


@pytest.mark.parametrize(
    ("score", "amount", "turn"),
    [
        (70, "5000", Turn.HIGH_SCORE),
        (100, "60000", Turn.HIGH_BUT_LARGE),
        (69, "5000", Turn.MEDIUM_SCORE),
        (31, "5000", Turn.MEDIUM_SCORE),
        (30, "5000", Turn.LOW_SCORE),
        (None, "5000", Turn.NOTHING_ON_FILE),
    ],
)
def test_the_bureaus_score_decides(score: int | None, amount: str, turn: Turn) -> None:
    assert judged_on_report(request(amount), report(score), POLICY).turn == turn


def test_a_poor_history_is_told_by_what_cost_most():
    judged = judged_on_history(request(), POOR, CARD.score(POOR), POLICY, "Active")
    assert judged.text == (
        "16 of 100 points (16.0 %) are below 40 %, most of them lost by: "
        "average 60 days beyond terms, weighted by amount: 0 of 25."
    )


def test_a_request_moves_only_as_the_table_says():
    asked = request()
    step = asked.turned(Turn.POOR_HISTORY, DAY, "system", "pays late")
    assert (step.step, step.old_state, step.new_state) == (1, "Requested", "ManualReview")
    with pytest.raises(ImpossibleTurn, match="R-1 is ManualReview: it cannot be that approved by a second person"):
        asked.turned(Turn.SECOND_APPROVAL, DAY, "Mo", "fine")
    asked.turned(Turn.DECLINED, DAY, "Mo", "no")
    assert (asked.open, asked.decided_by, asked.steps) == (False, "Mo", 2)
    with pytest.raises(ImpossibleTurn):
        asked.turned(Turn.APPROVED, DAY, "Mo", "yes")


def test_requests_that_cannot_be_taken():
    ended = request(valid_until=DAY - timedelta(days=1))
    assert not_acceptable(request(), "USD", "Active", None) is None
    assert not_acceptable(request(), "", "Active", None) is None
    reasons = [
        not_acceptable(request(), "USD", "Active", "R-0"),
        not_acceptable(request(), "EUR", "Active", None),
        not_acceptable(ended, "USD", "Active", None),
        not_acceptable(request(kind="increase"), "USD", "Closed", None),
    ]
    assert [reason.code for reason in reasons if reason] == [
        "request-under-way", "other-currency", "ends-before-start", "account-closed",
    ]  # fmt: skip


def test_statements_are_reminded_of_once_and_expire():
    asked = request(state="ManualReview")
    asked.turned(Turn.STATEMENTS_REQUESTED, DAY, "Ann", "please")
    asked.statements_asked(POLICY, DAY)
    due = DAY + timedelta(days=30)
    assert not asked.to_be_reminded(POLICY, due - timedelta(days=8))
    assert asked.to_be_reminded(POLICY, due - timedelta(days=7))
    asked.reminded_on = due - timedelta(days=7)
    assert not asked.to_be_reminded(POLICY, due)
    assert not asked.statements_expired(due + timedelta(days=14))
    assert asked.statements_expired(due + timedelta(days=15))


def limit(amount: int, starts: date, ends: date | None = None) -> PlannedLimit:
    return PlannedLimit(starts, Decimal(amount), ends, "Mo", "why", None)


decisions = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 9_000), st.integers(0, 20), st.none() | st.integers(0, 20)),
    max_size=12,
)


@given(decisions)
def test_a_temporary_limit_never_outlives_its_last_day(taken: list[tuple[int, int, int, int | None]]) -> None:
    """After every plan has run out, what is in force is a limit that was meant for good."""
    file, in_force, permanent, today = CreditFile("C-1", "US01"), Decimal(1000), {Decimal(1000)}, DAY
    for wait, amount, begins_in, lasts in taken:
        today += timedelta(days=wait)
        for due in file.limits_due(today):
            in_force = due.credit_limit
        starts = today + timedelta(days=begins_in)
        wanted = limit(amount, starts, None if lasts is None else starts + timedelta(days=lasts))
        now = file.plan(wanted, today, in_force)
        in_force = now.credit_limit if now else in_force
        if lasts is None:
            permanent.add(wanted.credit_limit)
    for due in file.limits_due(date.max):
        in_force = due.credit_limit
    assert file.next_limit_on is None
    assert in_force in permanent


def test_a_limit_to_come_takes_effect_on_its_day_and_falls_back_to_what_holds_for_good():
    file = CreditFile("C-1", "US01")
    starts, ends = DAY + timedelta(days=5), DAY + timedelta(days=9)
    assert file.plan(limit(3000, starts, ends), DAY, Decimal(1000)) is None
    assert file.next_limit_on == starts
    assert file.limits_due(starts - timedelta(days=1)) == []
    assert [due.credit_limit for due in file.limits_due(starts)] == [3000]
    # A second temporary limit does not make the first one permanent.
    assert file.plan(limit(5000, starts, ends), starts, Decimal(3000)) is not None
    assert [due.credit_limit for due in file.limits_due(ends + timedelta(days=1))] == [1000]
