"""Lines that two messages report are one receipt; equal lines are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from services.cash_app.bank_files.domain import line_matching
from services.cash_app.bank_files.domain.line_matching import Report, ReportedLine, match_lines, references_of

DAY = date(2026, 3, 2)


def line(number: int, source: str, reference: str = "") -> ReportedLine:
    return ReportedLine(
        subject_id=f"{source}-{number}", place="line 1", import_id="I-1", kind="payment", reference=reference,
        trace_number="", references=references_of([reference]), payer_account="", words="dues", currency="EUR",
        amount=Decimal("9.99"), value_date=DAY, report=Report(source, DAY, None, None),
    )  # fmt: skip


def test_equal_amounts_are_told_apart_by_their_references() -> None:
    interim = [line(n, "interim", f"REF-{n}") for n in range(3)]
    statement = [line(n, "statement", f"REF-{n}") for n in reversed(range(4))]
    matches = match_lines(statement, interim, [], days_max=3)
    assert {subject: match.earlier.subject_id for subject, match in matches.items()} == {
        f"statement-{n}": f"interim-{n}" for n in range(3)
    }


def test_of_lines_without_a_reference_as_many_are_known_as_were_reported() -> None:
    interim = [line(n, "interim") for n in range(2)]
    statement = [line(n, "statement", f"REF-{n}") for n in range(3)]
    assert len(match_lines(statement, interim, [], days_max=3)) == 2


def test_without_a_reference_in_common_lines_of_two_days_are_two() -> None:
    later = replace(line(1, "statement"), value_date=date(2026, 3, 3))
    assert match_lines([later], [line(1, "interim")], [], days_max=3) == {}


def test_many_members_who_pay_the_same_dues_are_compared_by_their_references_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []
    likeness = line_matching._likeness
    monkeypatch.setattr(line_matching, "_likeness", lambda *pair: compared.append(1) or likeness(*pair))
    interim = [line(n, "interim", f"REF-{n}") for n in range(300)]
    statement = [line(n, "statement", f"REF-{n}") for n in range(300)]
    assert len(match_lines(statement, interim, [], days_max=3)) == 300
    assert len(compared) == 300
