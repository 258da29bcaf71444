"""Which statements of an account count: each begins where the one before ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.cash_app.bank_reconciliation.domain.statements import BankStatement, chain_of


def on(day: int) -> date:
    return date(2026, 3, day)


def statement(
    name: str, day: int, opening: int, closing: int, *, lines: int = 1, first: int | None = None
) -> BankStatement:
    """`first` is the day of its first line, its own unless given."""
    return BankStatement(
        import_id=name, statement_no=0, bank_account="A", company_id="1000", currency="EUR", number=name, on=on(day),
        opening=Decimal(opening), closing=Decimal(closing), available=None, lines=lines,
        lines_total=Decimal(closing - opening), seen_before=0, first_line_on=on(first or day),
        content=f"{name} {closing - opening}",
    )  # fmt: skip


def counted(*statements: BankStatement) -> list[str]:
    return [one.import_id for one in chain_of(statements).counted]


def test_statements_follow_each_other() -> None:
    chain = chain_of([statement("S1", 2, 0, 100), statement("S2", 3, 100, 70), statement("S3", 5, 70, 70, lines=0)])
    assert [one.import_id for one in chain.counted] == ["S1", "S2", "S3"]
    assert not chain.gaps and not chain.replaced


def test_pages_of_one_day_follow_each_other() -> None:
    assert counted(statement("P1", 2, 0, 60), statement("P2", 2, 60, 150)) == ["P1", "P2"]


def test_the_day_whole_replaces_the_interim_statement() -> None:
    assert counted(statement("S1", 2, 0, 100), statement("noon", 3, 100, 160), statement("night", 3, 100, 250)) == [
        "S1", "night"
    ]  # fmt: skip


def test_an_interim_statement_that_comes_late_does_not_count() -> None:
    night = statement("night", 3, 100, 250, lines=3)
    noon = replace(statement("noon", 3, 100, 160), seen_before=1)
    chain = chain_of([statement("S1", 2, 0, 100), night, noon])
    assert [one.import_id for one in chain.counted] == ["S1", "night"]
    assert chain.replaced == {("noon", 0): ("night", 0)}


def test_a_corrected_statement_of_a_day_counts() -> None:
    assert counted(statement("S1", 2, 0, 100), statement("S1 corrected", 2, 0, 90)) == ["S1 corrected"]


def test_a_statement_of_two_days_replaces_that_of_the_first() -> None:
    assert counted(statement("S1", 2, 0, 100), statement("S12", 3, 0, 150, lines=2, first=2)) == ["S12"]


def test_the_same_report_under_another_number_counts_once_on_an_account_that_is_emptied() -> None:
    one = statement("S1", 2, 0, 0, lines=2)
    again = replace(one, import_id="S2", number="S2")
    assert counted(one, again) == ["S1"]
    assert counted(one, replace(again, content="other lines")) == ["S1", "S2"]


def test_a_missing_statement_is_a_gap_that_is_named() -> None:
    chain = chain_of([statement("S1", 2, 0, 100), statement("S3", 4, 130, 150)])
    assert [one.import_id for one in chain.counted] == ["S1", "S3"]
    assert [gap.amount for gap in chain.gaps] == [30]
    assert "statement S3 of 2026-03-04 (import S3) opens with 130 EUR" in chain.gaps[0].sentence


def test_the_missing_statement_closes_the_gap() -> None:
    given = [statement("S1", 2, 0, 100), statement("S2", 3, 100, 130), statement("S3", 4, 130, 150)]
    assert not chain_of(given).gaps


def test_a_balance_of_before_is_no_overlap() -> None:
    """The account was at nothing before S1 and is again: no line of S3 is of S1's day."""
    chain = chain_of([statement("S1", 2, 0, 100), statement("S3", 4, 0, 50)])
    assert ([one.import_id for one in chain.counted], [gap.amount for gap in chain.gaps]) == (["S1", "S3"], [-100])


def test_without_an_opening_balance_the_lines_make_it() -> None:
    later = replace(statement("S2", 3, 100, 130), opening=None)
    assert not chain_of([statement("S1", 2, 0, 100), later]).gaps
    assert counted(replace(statement("S2", 3, 100, 130), closing=None)) == []
