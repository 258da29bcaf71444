"""Invoice numbers have no gaps, in whatever portions they are accepted."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.invoicing.invoices.domain.numbering import (
    DocumentNumber,
    InvoiceNumbering,
    allocate_numbers,
    count_by_series,
    is_own_number,
)

SERIES = st.sampled_from(["1000", "2000-1", "2000-2"])


@given(st.lists(st.lists(SERIES, max_size=12), max_size=12))
def test_every_series_counts_without_gaps_over_all_batches(batches: list[list[str]]) -> None:
    last: defaultdict[str, int] = defaultdict(int)
    given_out: defaultdict[str, list[DocumentNumber]] = defaultdict(list)
    for batch in batches:
        for name, count in count_by_series(batch):
            last[name] += count
        for name, number in zip(batch, allocate_numbers(batch, last), strict=True):
            given_out[name].append(number)
    for name, numbers in given_out.items():
        assert numbers == [DocumentNumber(name, n + 1) for n in range(len(numbers))]


def test_counters_are_locked_in_one_order() -> None:
    assert count_by_series(["B", "A", "B"]) == [("A", 1), ("B", 2)]


def test_a_company_has_one_series_unless_it_takes_more() -> None:
    numbering = InvoiceNumbering(series=1, by_company={"2000": 4})
    assert numbering.series_of("1000", "C-1") == "1000"
    accepted = {numbering.series_of("2000", f"C-{n}") for n in range(100)}
    assert accepted == {"2000-1", "2000-2", "2000-3", "2000-4"}
    assert numbering.series_of("2000", "C-1") == numbering.series_of("2000", "C-1")


def test_a_number_is_printed_with_its_series() -> None:
    assert str(DocumentNumber("1000-2", 7)) == "1000-2-00000007"


def test_our_own_numbers_are_known_by_their_shape() -> None:
    assert is_own_number(str(DocumentNumber("1000", 1)), "1000")
    assert is_own_number(str(DocumentNumber("1000-2", 123_456_789)), "1000")
    assert not is_own_number("0611365", "1000")
    assert not is_own_number("1000-12", "1000")


def test_a_company_needs_at_least_one_series() -> None:
    with pytest.raises(ValidationError):
        InvoiceNumbering(series=0)
