"""Ages on the worklist and on a customer's page agree with the aging buckets."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.collections.receivables.domain.aging import aged
from services.collections.worklist.domain import days_overdue_of
from shared.kernel.aging import AgingBucket, bucket_of
from shared.kernel.business_days import BusinessDays

TODAY = date(2026, 3, 2)


@given(st.integers(1, 3000))
def test_a_bucket_asked_for_finds_exactly_the_items_in_it(days: int) -> None:
    due = TODAY - timedelta(days=days)
    found = []
    for bucket in AgingBucket:
        if bucket is not AgingBucket.CURRENT:
            least, most = days_overdue_of(bucket)
            if least <= days and (most is None or days <= most):
                found.append(bucket)
    assert found == [bucket_of(due, TODAY)]


def test_the_current_bucket_is_not_on_the_worklist() -> None:
    with pytest.raises(ValueError, match="bucket 'current' is not overdue: choose one of '1-30'"):
        days_overdue_of(AgingBucket.CURRENT)


def test_a_customer_is_aged_by_currency() -> None:
    owed = [
        ("US01", "USD", TODAY, Decimal("10.00"), 1),
        ("US01", "USD", TODAY - timedelta(days=1), Decimal("20.00"), 2),
        ("US01", "EUR", TODAY - timedelta(days=121), Decimal("5.00"), 1),
    ]
    euro, dollar = aged(owed, BusinessDays({"US01": TODAY}))
    assert (euro.currency, euro.total, euro.overdue) == ("EUR", Decimal("5.00"), Decimal("5.00"))
    assert euro.buckets[AgingBucket.OVER_120] == Decimal("5.00")
    assert (dollar.total, dollar.overdue, dollar.open_items) == (Decimal("30.00"), Decimal("20.00"), 3)
