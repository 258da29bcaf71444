"""The hardest customers cost a batch a bounded number of steps, whatever they owe and pay.

A step is a call of a function, Python's or built in: counted, because time depends on the machine. Ten million steps
are about a second of one core.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from services.cash_app.application.domain.application_rules import STANDARD
from services.cash_app.application.domain.exact_sum import COMBINATIONS_MAX, unique_sum
from services.cash_app.application.domain.rule_set import SUMMED_ITEMS_MAX
from tests.unit.cash_app.cash_books import OLDEST_AT_LAST, CashBooks, invoice, payment


def steps(work: Callable[[], Any]) -> int:
    count = 0

    def counted(frame: Any, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("rules", [STANDARD, OLDEST_AT_LAST])
def test_a_customer_with_ten_thousand_open_items_costs_as_little_as_one_with_a_hundred(rules: Any) -> None:
    def for_a_payment(items: int) -> int:
        books = CashBooks(rules)
        books.post(*(invoice(f"A-{n:05}", f"{n + 10}.10", due=20) for n in range(items)))
        books.receive(payment("FIRST", "7.77", day=30))
        return steps(lambda: books.receive(payment("P", "9.99", day=30)))

    small, large = for_a_payment(300), for_a_payment(10_000 if rules is STANDARD else 1_000)
    assert large <= small + 100 < 1_000


def test_a_payment_of_a_thousand_invoices_costs_a_thousand_times_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def for_invoices(count: int, prefix: str) -> int:
        books = CashBooks()
        books.post(*(invoice(f"1000-{n:08}", f"{n + 1}.37") for n in range(count)))
        lines = [(f"{prefix}-{n:08}", f"{n + 1}.37") for n in range(count)]
        amount = f"{sum(n + 1 for n in range(count)) + count * 37 / 100:.2f}"
        books.book.complete = True
        taken = steps(lambda: books.receive(payment("P", amount, names=lines)))
        assert len(books.lines("P")) == count
        return taken

    assert for_invoices(1_000, "1000") < 1_000 * 200
    assert for_invoices(1_000, "2000") < 1_000 * 400, "each number with a slip"


@pytest.mark.parametrize("count", [24, 60, SUMMED_ITEMS_MAX, 3_000])
def test_a_sum_that_millions_of_combinations_reach_is_given_up_within_the_bound(count: int) -> None:
    assert steps(lambda: unique_sum([10_000_00] * count, 10_000_00 * (count // 2))) < 10 * COMBINATIONS_MAX + 10 * count
    odd = [n * 7_919_317 % 1_000_000_007 + 1 for n in range(1, count + 1)]
    assert steps(lambda: unique_sum(odd, sum(odd) // 2)) < 10 * COMBINATIONS_MAX + 10 * count
