"""Remittance advice and money find each other only where nothing else could be meant."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.cash_app.remittance_advice.domain.advice_matching import AdviceKey, match_advice

DAY = date(2026, 3, 10)


def side(key: str, **changes: Any) -> AdviceKey:
    fields: dict[str, Any] = {
        "company_id": "1000", "currency": "USD", "amount": Decimal(100), "on": DAY, "trace_number": None,
        "customer_id": None, "payer_account": None,
    }  # fmt: skip
    return AdviceKey(key, **{**fields, **changes})


def matched(advices: list[AdviceKey], payments: list[AdviceKey]) -> list[tuple[str, str]]:
    return sorted((pair.advice_id, pair.payment_id) for pair in match_advice(advices, payments))


def test_a_trace_number_joins_however_far_apart_but_never_another_amount() -> None:
    advice = side("A", trace_number="T-1")
    assert matched([advice], [side("P", trace_number="T-1", on=DAY + timedelta(90))]) == [("A", "P")]
    assert matched([advice], [side("P", trace_number="T-1", amount=Decimal(99))]) == []
    assert matched([advice], [side("P", trace_number="T-1", currency="EUR")]) == []
    assert matched([advice], [side("P", trace_number="T-1", company_id="2000")]) == []


def test_without_a_trace_the_payer_joins_within_thirty_days() -> None:
    advice = side("A", customer_id="C-1")
    assert matched([advice], [side("P", customer_id="C-1", on=DAY + timedelta(30))]) == [("A", "P")]
    assert matched([advice], [side("P", customer_id="C-1", on=DAY + timedelta(31))]) == []
    assert matched([side("A", payer_account="X")], [side("P", payer_account="X")]) == [("A", "P")]


def test_two_that_could_be_meant_are_none_until_a_trace_tells_them_apart() -> None:
    payments = [side("P-1", customer_id="C-1"), side("P-2", customer_id="C-1", trace_number="T-2")]
    assert matched([side("A", customer_id="C-1")], payments) == []
    assert matched([side("A", customer_id="C-1", trace_number="T-2")], payments) == [("A", "P-2")]
    both = [side("A-2", customer_id="C-1", trace_number="T-2"), side("A-1", customer_id="C-1")]
    assert matched(both, payments) == [("A-1", "P-1"), ("A-2", "P-2")]
    assert matched([side("A", customer_id="C-1", trace_number="T-9")], payments[1:]) == []


sides = st.builds(
    side,
    st.uuids().map(str),
    amount=st.sampled_from([Decimal(1), Decimal(2)]),
    trace_number=st.sampled_from([None, "T-1", "T-2"]),
    customer_id=st.sampled_from([None, "C-1"]),
    payer_account=st.sampled_from([None, "X"]),
)


@given(st.lists(sides, max_size=6), st.lists(sides, max_size=6), st.randoms())
def test_each_is_joined_once_and_in_any_order_alike(
    advices: list[AdviceKey], payments: list[AdviceKey], chance: Any
) -> None:
    pairs = matched(advices, payments)
    assert len({a for a, _ in pairs}) == len({p for _, p in pairs}) == len(pairs)
    mixed_advices, mixed_payments = list(advices), list(payments)
    chance.shuffle(mixed_advices)
    chance.shuffle(mixed_payments)
    assert matched(mixed_advices, mixed_payments) == pairs
