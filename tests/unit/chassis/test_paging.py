"""Cursors: opaque, safe in a URL, and refused in words when they are not ours."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.chassis.http import BadCursor, Page, decode_cursor, encode_cursor
from shared.chassis.http.paging import day


@given(st.lists(st.one_of(st.text(), st.integers(), st.none()), min_size=1, max_size=4))
def test_a_position_comes_back_as_it_was(position: list[str | int | None]) -> None:
    cursor = encode_cursor(position)

    assert decode_cursor(cursor, len(position)) == position
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


def test_dates_amounts_and_ids_come_back_with_their_kinds() -> None:
    position = [date(2026, 3, 1), Decimal("10.50"), UUID(int=7), "INV/1", 3]

    assert decode_cursor(encode_cursor(position), 5, day, Decimal, UUID, str, int) == position


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor(None, 2, day, str) == [None, None]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "abc",
        "ä",
        encode_cursor(["one"]),
        encode_cursor(["not a date", "x"]),
        urlsafe_b64encode(b'{"a": 1, "b": 2}').decode(),
        urlsafe_b64encode(b'[["nested"], "x"]').decode(),
        urlsafe_b64encode(b"[1.5, 2]").decode(),
        urlsafe_b64encode(b"[" * 5000).decode(),
    ],
)
def test_a_cursor_that_is_not_ours_is_refused_in_a_sentence(cursor: str) -> None:
    with pytest.raises(BadCursor, match="cannot be read: use next_cursor"):
        decode_cursor(cursor, 2, day, str)


def test_a_page_points_on_only_where_there_is_more() -> None:
    rows = [{"id": n} for n in range(1, 4)]

    page = Page[int].of(rows, 2, lambda row: row["id"], lambda row: [row["id"]])
    assert page.items == [1, 2]
    assert decode_cursor(page.next_cursor, 1) == [2]

    last = Page[int].of(rows, 3, lambda row: row["id"], lambda row: [row["id"]])
    assert (last.items, last.next_cursor) == ([1, 2, 3], None)
