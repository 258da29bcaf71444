"""Closing balance = cash in the journal + named items; what nothing explains is unknown."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from services.cash_app.bank_reconciliation.domain.reconciliation import Reconciliation, Unmatched, reconcile
from services.cash_app.bank_reconciliation.domain.statements import chain_of
from tests.unit.cash_app.bank_reconciliation.test_statements import on, statement

DAYS_MAX = {"feed": 5, "lockbox": 5, "card": 10}


def line(key: str, amount: int, **more: Any) -> Unmatched:
    given = {"outcome": "post", "stage": "posted", "state": "receipt", "line_on": on(10), "line_id": key, **more}
    return Unmatched(key, lines=Decimal(amount), line_count=1, **given)


def cash(key: str, amount: int, day: int = 9, source: str = "feed", **more: Any) -> Unmatched:
    return Unmatched(key, cash=Decimal(amount), cash_on=on(day), source=source, document=key, **more)


def found(closing: int, journal: int, *unmatched: Unmatched, opening: int = 0) -> Reconciliation:
    """An account with one statement, of lines from the 5th to the 10th."""
    chain = chain_of([statement("S", 10, opening, closing, first=5)])
    result = reconcile(chain, Decimal(journal), unmatched, DAYS_MAX)
    assert result is not None
    return result


def kinds(result: Reconciliation) -> list[tuple[str, int]]:
    return [(item.kind, int(item.amount)) for item in result.items]


def test_what_meets_needs_no_item() -> None:
    result = found(100, 100)
    assert (result.difference, result.items, result.reconciled) == (0, (), True)


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (line("L", -3, state="to_code", purpose="bank_charges"), "bank_charges"),
        (line("L", -3, state="to_code", purpose="interest_expense"), "interest"),
        (line("L", 3, state="to_code", purpose="interest_income"), "interest"),
        (line("L", -3, state="to_code", purpose="transfer"), "transfer"),
        (line("L", 3, state="to_code", purpose="refund_paid"), "refund"),
        (line("L", -3, state="to_code"), "to_be_coded"),
        (line("L", 3, outcome="review"), "for_review"),
        (line("L", 3, outcome="held"), "held"),
        (line("L", 3, outcome="failed"), "failed"),
        (line("L", 3, stage="validated"), "being_posted"),
        (line("L", 3, cash_later=Decimal(3)), "value_dated_later"),
    ],
)
def test_a_line_that_is_in_a_queue_is_named(one: Unmatched, kind: str) -> None:
    result = found(100, 100 - int(one.lines), one)
    assert (kinds(result), result.reconciled) == ([(kind, int(one.lines))], True)


@pytest.mark.parametrize("outcome", ["post", "seen_before"])
def test_a_line_that_is_in_no_queue_is_unknown(outcome: str) -> None:
    result = found(100, 60, line("L", 40, outcome=outcome))
    assert (kinds(result), result.difference, result.reconciled) == ([("unknown", 40)], 40, False)


@pytest.mark.parametrize(("day", "kind"), [(5, "in_transit"), (10, "in_transit")])
def test_money_of_the_feed_may_be_some_days_in_transit(day: int, kind: str) -> None:
    assert kinds(found(100, 140, cash("P", 40, day))) == [(kind, -40)]


def test_money_that_is_not_on_a_statement_in_time_is_unknown() -> None:
    chain = chain_of([statement("S", 11, 0, 100, first=5)])
    result = reconcile(chain, Decimal(140), [cash("P", 40, 5)], DAYS_MAX)
    assert result is not None
    assert (kinds(result), result.difference) == ([("unknown", -40)], -40)


def test_money_that_a_later_statement_shows_is_in_transit_however_old() -> None:
    one = replace(cash("P", 40, 5, "statement"), lines_later=Decimal(40))
    assert kinds(found(100, 140, one)) == [("in_transit", -40)]


def test_what_was_taken_back_later_is_named_as_of_the_day() -> None:
    assert kinds(found(100, 140, cash("P", 40, 9, "statement", cash_later=Decimal(-40)))) == [("taken_back", -40)]


def test_what_a_statement_brought_is_never_in_transit() -> None:
    assert kinds(found(100, 140, cash("P", 40, 10, "statement"))) == [("unknown", -40)]


def test_what_the_bank_reported_of_a_day_must_be_on_that_days_statement() -> None:
    assert kinds(found(100, 140, cash("P", 40, 9, "notification", reported_on=on(10)))) == [("unknown", -40)]
    assert kinds(found(100, 140, cash("P", 40, 9, "notification", reported_on=on(11)))) == [("in_transit", -40)]


def test_a_line_that_another_message_reported_meets_its_cash_by_amount_and_day() -> None:
    result = found(100, 100, line("L", 40, outcome="seen_before"), cash("P", 40, 9))
    assert (result.items, result.reconciled) == ((), True)


def test_one_posting_meets_one_line_only() -> None:
    two = [line("L1", 40, outcome="seen_before"), line("L2", 40, outcome="seen_before")]
    result = found(100, 60, *two, cash("P", 40, 9))
    assert (kinds(result), result.difference) == ([("unknown", 40)], 40)


def test_unknown_items_that_cancel_out_are_still_unknown() -> None:
    result = found(
        100,
        100,
        line("L", 40),
        cash(
            "P",
            40,
            10,
            "statement",
        ),
    )
    assert (result.difference, result.reconciled) == (0, True)  # equal in amount and day: they are one
    result = found(100, 100, line("L", 40), cash("P1", 25, 10, "statement"), cash("P2", 15, 10, "statement"))
    assert (result.difference, len(result.unexplained), result.reconciled) == (0, 3, False)


def test_the_opening_balance_is_brought_forward_less_the_cash_of_before() -> None:
    result = found(300, 280, cash("P", 180, 4), opening=200)
    assert (kinds(result), result.difference) == ([("brought_forward", 20)], 0)
    assert "opening balance 200 EUR of the first statement" in result.items[0].why


def test_a_statement_that_was_taken_although_it_does_not_balance_carries_its_difference() -> None:
    chain = chain_of([replace(statement("S", 10, 0, 100), lines_total=Decimal(90))])
    result = reconcile(chain, Decimal(90), [], DAYS_MAX)
    assert result is not None
    assert (kinds(result), result.difference) == ([("statement_difference", 10)], 0)


def test_a_gap_explains_nothing() -> None:
    chain = chain_of([statement("S1", 2, 0, 100), statement("S3", 4, 130, 150)])
    result = reconcile(chain, Decimal(120), [], DAYS_MAX)
    assert result is not None
    assert (kinds(result), result.difference, result.reconciled) == ([("gap", 30)], 30, False)
