"""A sum counts only if it has one answer; the search is bounded whatever the account."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.cash_app.application.domain.exact_sum import COMBINATIONS_MAX, size_max, unique_sum
from tests.kit.examples import examples


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.integers(1, 400_000), min_size=2, max_size=9), st.data())
def test_it_answers_as_trying_all_combinations_within_the_bound_would(amounts: list[int], data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.integers(0, len(amounts) - 1), min_size=1))
    target = sum(amounts[position] for position in chosen)
    size = size_max(len(amounts), min(COMBINATIONS_MAX, sum(amounts) // 1_000))
    searched = [n for n in range(2, len(amounts) + 1) if n <= size or n >= len(amounts) - size]
    right = [c for n in searched for c in combinations(range(len(amounts)), n) if sum(amounts[p] for p in c) == target]
    found = unique_sum(amounts, target)
    if not size:
        assert found.positions is None
    elif len(right) == 1:
        assert found.positions == right[0]
    else:
        assert found.positions is None and found.several == bool(right)


def test_how_many_items_may_be_left_out_or_taken_together() -> None:
    assert size_max(10, COMBINATIONS_MAX) == 5 and size_max(3_000, COMBINATIONS_MAX) == 0
    assert unique_sum([100_00] * 24, 100_00 * 12).positions is None
