"""Planned and temporary limits, reviews, and who may grant which limit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.credit.accounts.domain.account import LimitChange
from services.credit.limits.domain.credit_file import CreditFile
from services.credit.limits.domain.limit_policy import LimitPolicy
from services.credit.limits.policy import CREDIT_LIMITS
from tests.unit.credit.events import DAY

POLICY = CREDIT_LIMITS.shipped.document


def limit(amount: int, starts: date, ends: date | None = None) -> LimitChange:
    return LimitChange(starts, "USD", Decimal(amount), ends, "Mo", "why", None)


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


def test_planned_limits_lapse_when_the_account_changes_its_currency():
    file = CreditFile("C-1", "US01")
    file.plan(limit(3000, DAY + timedelta(days=5)), DAY, Decimal(1000))
    file.drop_planned_limits_in_other_currency("USD")
    assert len(file.planned_limits) == 1
    file.drop_planned_limits_in_other_currency("EUR")
    assert file.planned_limits == ()


def test_reviews_come_due_by_risk_class_and_amount():
    on = date(2024, 1, 31)
    assert POLICY.review_due("low", Decimal(99_999), on) == date(2026, 1, 31)
    assert POLICY.review_due("low", Decimal(100_000), on) == date(2025, 1, 31)
    assert POLICY.review_due("high", Decimal(50_000), on) == date(2024, 4, 30)


def test_authority_reaches_as_far_as_the_policy_allows():
    authority = POLICY.authority
    assert authority.may_approve({"credit_analyst"}, Decimal(50_000))
    assert not authority.may_approve({"credit_analyst"}, Decimal("50000.01"))
    assert not authority.may_approve({"collector"}, Decimal(1))
    assert authority.may_second({"credit_manager"}, Decimal(10_000_000))
    assert not authority.may_second({"credit_analyst"}, Decimal(50_001))


def document() -> dict[str, Any]:
    return POLICY.model_dump(mode="json")


def test_a_policy_without_a_review_for_every_risk_class_is_refused():
    whole = document()
    with pytest.raises(ValidationError, match="no review rule for risk class low from amount 0"):
        LimitPolicy.model_validate(whole | {"reviews": whole["reviews"][1:]})
    with pytest.raises(ValidationError, match="two review rules"):
        LimitPolicy.model_validate(whole | {"reviews": [*whole["reviews"], whole["reviews"][0]]})


def test_authority_of_a_second_person_below_the_own_one_is_refused():
    whole = document()
    change = {"authority": whole["authority"] | {"with_second_person": {"credit_manager": "5"}}}
    with pytest.raises(ValidationError, match="may approve less as a second person"):
        LimitPolicy.model_validate(whole | change)
