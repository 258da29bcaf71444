"""How two sides of an invariant are compared and shown."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal

from rich.console import Console

from o2c.books.amounts import by_currency, minus, only, plus
from o2c.books.ledger import JOURNALS
from o2c.books.report import BooksReport, Line, compare

ADAMS = ("C-1", "USD")
BAKER = ("C-2", "USD")
CLARK = ("C-3", "JPY")


def test_sides_that_agree_are_shown_by_currency() -> None:
    side = {ADAMS: Decimal("10.000"), BAKER: Decimal("5.500"), CLARK: Decimal("700.000")}
    lines = compare("Items", "left", side, "right", dict(side))
    assert [(line.where, str(line.left), str(line.right), line.agrees) for line in lines] == [
        ("JPY", "700", "700", True),
        ("USD", "15.50", "15.50", True),
    ]


def test_customers_that_differ_are_named_even_where_the_sums_agree() -> None:
    lines = compare(
        "Items",
        "left", {ADAMS: Decimal("10.00"), BAKER: Decimal("5.00")},
        "right", {ADAMS: Decimal("9.00"), BAKER: Decimal("6.00")},
    )  # fmt: skip
    assert [(line.where, line.difference) for line in lines] == [
        ("USD", Decimal("0.00")),
        ("C-1 USD", Decimal("1.00")),
        ("C-2 USD", Decimal("-1.00")),
    ]


def test_a_customer_only_one_side_knows_is_a_difference() -> None:
    lines = compare("Items", "left", {}, "right", {ADAMS: Decimal("10.00")})
    assert [(line.where, line.difference) for line in lines] == [
        ("USD", Decimal("-10.00")),
        ("C-1 USD", Decimal("-10.00")),
    ]


def test_of_many_differences_the_first_are_named_and_the_rest_counted() -> None:
    lines = compare("Items", "left", {(f"C-{n:02d}", "USD"): Decimal(1) for n in range(25)}, "right", {})
    assert len(lines) == 1 + 10
    assert lines[-1].note == "and 15 more differ"


def test_an_amount_finer_than_its_currency_is_shown_as_it_is() -> None:
    [line] = compare("Items", "left", {("USD",): Decimal("0.005")}, "right", {})
    assert str(line.difference) == "0.005"


def test_nothing_on_either_side_agrees() -> None:
    [line] = compare("Items", "left", {}, "right", {})
    assert line.agrees


def test_arithmetic_of_sides() -> None:
    side = {ADAMS: Decimal(10), CLARK: Decimal(700)}
    assert plus(side, {ADAMS: Decimal(-10)}) == {CLARK: Decimal(700)}
    assert minus(side, {BAKER: Decimal(1)}, {BAKER: Decimal(2)}) == {**side, BAKER: Decimal(-3)}
    assert by_currency({ADAMS: Decimal(10), BAKER: Decimal(1)}) == {("USD",): Decimal(11)}
    assert only({ADAMS: Decimal(10), BAKER: Decimal(1)}, ["C-2"]) == {("USD",): Decimal(1)}


def test_both_journals_are_looked_at() -> None:
    assert JOURNALS == ("invoicing", "cash_app")


def a_report(difference: int) -> BooksReport:
    return BooksReport(
        date(2026, 3, 31),
        [
            Line("Debits = credits", "debits", Decimal("10.00"), "credits", Decimal("10.00"), "USD"),
            Line("Inputs", "events on topics", 7, "applied", 7, "credit", off_by=difference),
        ],
        ["GL_CORE"],
    )


def test_the_verdict() -> None:
    assert a_report(0).agree
    assert not a_report(2).agree
    assert [line.invariant for line in a_report(2).differences] == ["Inputs"]


def test_the_report_as_data_and_as_a_table() -> None:
    report = a_report(2)
    shown = json.loads(json.dumps(report.as_dict()))
    assert (shown["as_of"], shown["agree"]) == ("2026-03-31", False)
    assert shown["lines"][0]["left"] == {"name": "debits", "value": "10.00"}
    assert (shown["lines"][1]["difference"], shown["lines"][1]["agrees"]) == ("2", False)
    console = Console(file=io.StringIO(), width=160)
    report.print(console)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "The books as of 2026-03-31" in shown
    assert "10.00 debits" in shown
    assert "Not compared: GL_CORE" in shown
    assert "The books do not agree: 1 of 2 comparisons differ." in shown
