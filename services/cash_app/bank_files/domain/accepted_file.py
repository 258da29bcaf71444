"""A file that a second person accepted as it is: what cannot be taken waits in a queue, differences are kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from services.cash_app.bank_files.domain.bank_file import Statement
from services.cash_app.bank_files.domain.import_plan import ImportPlan
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.planned_entries import PlannedEntry, subject
from services.cash_app.bank_files.domain.read_context import FileError
from shared.kernel.money import amount_text


def differences(planned: ImportPlan) -> dict[int, Decimal]:
    """By statement, what its closing balance has more than its opening balance and the lines that are taken."""
    moved = [Decimal(0)] * len(planned.statements)
    for one, number in zip(planned.entries, planned.statement_of, strict=True):
        if number >= 0 and one.kind != "pending":
            moved[number] += one.amount
    return {
        number: statement.closing - statement.opening - moved[number]
        for number, (statement, _) in enumerate(planned.statements)
        if statement.opening is not None
        and statement.closing is not None
        and statement.closing - statement.opening != moved[number]
    }


def queue_what_is_wrong(planned: ImportPlan, unread: Sequence[FileError], import_id: str) -> int:
    """Adds an entry for each line that cannot be taken and for each difference; returns how many lines.

    An entry in which an error is waits for a person, who may take it. The errors that remain keep the file out.
    """
    rejected = [*unread, *(error for error in planned.errors if error.acceptable)]
    planned.errors = [error for error in planned.errors if not error.acceptable]
    if planned.errors or not planned.statements:
        return 0
    for error in unread:
        _review_entry_of(error, planned)
    short = differences(planned)
    for number, error in enumerate(rejected, start=1):
        identity, what = f"{import_id}/rejected/{number}", (Decimal(0), error.what)
        planned.entries.append(_entry("rejected_line", identity, error.place, planned.statements[0], what))
        planned.statement_of.append(-1)
    for number, amount in short.items():
        statement, _ = planned.statements[number]
        note = (
            f"statement {statement.number} does not balance: a difference of "
            f"{amount_text(amount, statement.currency)} {statement.currency}; find the lines that are missing or wrong"
        )
        identity, of = f"{import_id}/difference/{number}", planned.statements[number]
        planned.entries.append(_entry("difference", identity, statement.place, of, (amount, note)))
        planned.statement_of.append(number)
    return len(rejected)


def _entry(
    kind: str, identity: str, place: str, of: tuple[Statement, OwnAccount], what: tuple[Decimal, str]
) -> PlannedEntry:
    (statement, account), (amount, note) = of, what
    return PlannedEntry(
        place=place, kind=kind, outcome="review", subject_id=subject("ENT", identity), source=statement.source,
        bank_account=account.bank_account, bank_reference=identity, currency=statement.currency, amount=amount,
        value_date=statement.on, note=note,
    )  # fmt: skip


def _review_entry_of(error: FileError, planned: ImportPlan) -> None:
    """The entry that begins last before the error: what was read of it may be wrong."""
    at = _line_number(error.place)
    before = [
        (_line_number(one.place), number)
        for number, one in enumerate(planned.entries)
        if one.outcome in {"post", "held"} and 0 <= _line_number(one.place) <= at
    ]
    latest = max((line for line, _ in before), default=-1)
    for line, number in before:
        if line == latest:
            note = f"{error.place}: {error.what}; take it if what was read is right, or close it"
            planned.entries[number] = replace(planned.entries[number], outcome="review", note=note)


def _line_number(place: str) -> int:
    match = re.match(r"line (\d+)", place)
    return int(match[1]) if match else -1
