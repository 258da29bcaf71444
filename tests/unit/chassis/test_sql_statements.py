"""How queries are sent: arrays as PostgreSQL's own text, plain inserts as COPY."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.chassis.transaction.sql_statements import Copy, number_array, statement, text_array


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([], "{}"),
        (["a", ""], '{"a",""}'),
        (['say "x"', "back\\slash", "{,}", "NULL"], '{"say \\"x\\"","back\\\\slash","{,}","NULL"}'),
        ([None, "a", None], '{NULL,"a",NULL}'),
    ],
)
def test_texts_are_quoted_as_postgresql_reads_them(values: list[str | None], written: str) -> None:
    assert text_array(values) == written


def test_a_text_that_postgresql_cannot_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        text_array(["a\0b", "c"])


def test_numbers_are_written_plainly() -> None:
    assert number_array([Decimal("1.50"), None, Decimal("-0.001"), 3]) == "{1.50,NULL,-0.001,3}"


def test_arrays_that_are_unnested_are_sent_as_text_and_others_are_not() -> None:
    sent = statement(
        "SELECT * FROM t, unnest($1::text[], $2::date[], $3::uuid[]) AS u WHERE k = ANY ($4::text[]) AND $5 = 1"
    )
    assert "unnest($1::text::text[], $2::text::date[], $3::uuid[])" in sent.sql
    assert "ANY ($4::text[])" in sent.sql
    assert sent.arguments([["a"], [date(2026, 3, 2), None], ["id"], ["k"], 1]) == [
        '{"a"}', "{2026-03-02,NULL}", ["id"], ["k"], 1,
    ]  # fmt: skip
    assert sent.copy is None


def test_an_array_used_twice_in_two_ways_is_left_alone() -> None:
    sql = "SELECT * FROM unnest($1::text[]) AS u (a) WHERE cardinality($1) > 1"
    assert statement(sql).sql == sql


def test_an_insert_of_nothing_but_its_rows_is_copied() -> None:
    plain = "-- The intent.\nINSERT INTO step (a, b)\nSELECT * FROM unnest(\n    $1::text[], $2::numeric[]\n);"
    assert statement(plain).copy == Copy("step", ("a", "b"))
    assert statement(plain.replace(";", " ON CONFLICT (a) DO NOTHING;")).copy is None
    assert statement(plain.replace("$1::text[], $2::numeric[]", "$2::numeric[], $1::text[]")).copy is None
