"""Points for payment history, each explained; and scorecards that contradict themselves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.credit.payment_history.domain.payment_facts import PaymentFacts
from services.credit.payment_history.domain.scorecard import Scorecard
from services.credit.payment_history.policy import CREDIT_SCORECARD

CARD = CREDIT_SCORECARD.shipped.document


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
    twice = {"characteristics": CARD.model_dump(mode="json")["characteristics"] * 2}
    with pytest.raises(ValidationError, match="is scored twice"):
        Scorecard.model_validate(twice)
