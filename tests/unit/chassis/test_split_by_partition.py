"""A large batch is handled in two halves; a customer's events stay together, in order."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.chassis.consume.batch import split_by_partition


@settings(deadline=None)
@given(st.lists(st.integers(0, 11), max_size=1_500))
def test_a_large_batch_is_split_by_partition_and_nothing_is_lost(partitions: list[int]) -> None:
    records = [SimpleNamespace(partition=partition, offset=n) for n, partition in enumerate(partitions)]
    halves = split_by_partition(records)
    assert Counter(r.offset for half in halves for r in half) == Counter(r.offset for r in records)
    numbers = [{r.partition for r in half} for half in halves]
    assert len(halves) <= 2 and (len(halves) < 2 or not numbers[0] & numbers[1])
    assert all([r.offset for r in half] == sorted(r.offset for r in half) for half in halves)
    if len(records) < 400:
        assert len(halves) == 1
