"""Invoice numbers have no gaps, in whatever portions they are taken."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.invoicing.domain.numbering import InvoiceNumbering, hand_out, invoice_number, is_own_number, wanted

SERIES = st.sampled_from(["1000", "2000-1", "2000-2"])


@given(st.lists(st.lists(SERIES, max_size=12), max_size=12))
def test_every_series_counts_without_gaps_over_all_batches(batches: list[list[str]]) -> None:
    last: defaultdict[str, int] = defaultdict(int)
    given_out: defaultdict[str, list[str]] = defaultdict(list)
    for batch in batches:
        for name, count in wanted(batch):
            last[name] += count
        for name, number in zip(batch, hand_out(batch, last), strict=True):
            given_out[name].append(number)
    for name, numbers in given_out.items():
        assert numbers == [invoice_number(name, n + 1) for n in range(len(numbers))]


def test_counters_are_locked_in_one_order() -> None:
    assert wanted(["B", "A", "B"]) == [("A", 1), ("B", 2)]


def test_a_company_has_one_series_unless_it_takes_more() -> None:
    numbering = InvoiceNumbering(series=1, by_company={"2000": 4})
    assert numbering.series_of("1000", "C-1") == "1000"
    taken = {numbering.series_of("2000", f"C-{n}") for n in range(100)}
    assert taken == {"2000-1", "2000-2", "2000-3", "2000-4"}
    assert numbering.series_of("2000", "C-1") == numbering.series_of("2000", "C-1")


def test_our_own_numbers_are_known_by_their_shape() -> None:
    assert is_own_number(invoice_number("1000", 1), "1000")
    assert is_own_number(invoice_number("1000-2", 123_456_789), "1000")
    assert not is_own_number("0611365", "1000")
    assert not is_own_number("1000-12", "1000")


def test_a_company_needs_at_least_one_series() -> None:
    with pytest.raises(ValidationError):
        InvoiceNumbering(series=0)
