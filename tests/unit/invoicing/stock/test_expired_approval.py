"""Goods are not picked with an approval that expired between stock request and answer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.invoicing.stock.domain.requests import apply_answer
from tests.kit.events.sample import DAY, order
from tests.unit.invoicing.stories import answer, approved


@pytest.mark.parametrize(
    ("days", "units", "published"),
    [
        (0, 10, ["PickListReleased"]),
        (1, 10, ["CreditCheckRequested", "AllocationReleased"]),
        (1, 0, ["OrderBackordered"]),
    ],
)
def test_an_allocation_after_the_approval_expired_is_released(days: int, units: int, published: list[str]) -> None:
    accepted = approved(order(quantity=10))
    accepted.approved_until = DAY
    late = answer(accepted, units).model_copy(update={"business_date": DAY + timedelta(days=days)})
    assert [type(event).__name__ for event in apply_answer(accepted, late)] == published
    assert accepted.stopped is ("CreditCheckRequested" in published)
