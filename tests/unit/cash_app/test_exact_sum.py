"""A sum counts only if it has one answer; the search is bounded whatever the account."""

from __future__ import annotations

import random
import time
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.cash_app.domain.exact_sum import COMBINATIONS_MAX, size_max, unique_sum
from tests.unit.cash_app.desk import Desk, invoice, payment


@settings(max_examples=100, deadline=None)
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


def test_millions_of_ways_and_thousands_of_items_are_bounded() -> None:
    assert size_max(10, COMBINATIONS_MAX) == 5 and size_max(3_000, COMBINATIONS_MAX) == 0
    began = time.process_time()
    for count in (24, 60, 200, 2_000):
        assert unique_sum([100_00] * count, 100_00 * (count // 2)).positions is None
    dice = random.Random(4)
    assert unique_sum([dice.randrange(1, 10**7) for _ in range(60)], 123_456_78).positions is None
    assert time.process_time() - began < 1.0


def test_a_customer_with_ten_thousand_open_items_costs_a_batch_little() -> None:
    """Amounts that no rule finds, as wires of 10.01 against items of 10.00: each is looked at in less than 2 ms."""
    desk = Desk()
    desk.post(*(invoice(f"A-{n:05}", "10.00", due=20) for n in range(10_000)))
    began = time.process_time()
    desk.receive(*(payment(f"P-{n:03}", "10.01", day=30) for n in range(200)))
    assert time.process_time() - began < 4.0


def test_a_payment_of_a_thousand_invoices_each_with_a_slip_is_matched_in_time() -> None:
    desk = Desk()
    desk.post(*(invoice(f"1000-{n:08}", f"{n + 1}.37") for n in range(1_000)))
    lines = [(f"1000-{n:08}".replace("1000-", "2000-"), f"{n + 1}.37") for n in range(1_000)]
    desk.book.complete = True
    began = time.process_time()
    desk.receive(payment("P", str(sum(n + 1 for n in range(1_000)) + 370), names=lines))
    assert time.process_time() - began < 5.0
    assert len(desk.lines("P")) == 1_000 and {line.score for line in desk.lines("P")} == {90}
