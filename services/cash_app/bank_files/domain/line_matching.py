"""Lines of a file against lines that earlier messages reported: which are the same money.

One receipt is reported by many messages: within the day, as a notification, on the statement, and on a corrected or
overlapping statement under another number. Equal lines are counted: n before and m now are max(n, m), not n + m.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.cash_app.bank_files.domain.bank_file import Statement
from services.cash_app.bank_files.domain.planned_entries import PlannedEntry
from services.cash_app.payments.domain.account_number import account_key


@dataclass(frozen=True, slots=True)
class Report:
    """The message that a line is in: a statement with its balances, a notification, a report within the day."""

    source: str
    on: date
    opening: Decimal | None
    closing: Decimal | None


@dataclass(frozen=True, slots=True)
class ReportedLine:
    """A line of an account of ours. `amount` in `currency`: money in is positive, money out negative."""

    subject_id: str
    place: str
    import_id: str
    kind: str
    reference: str
    trace_number: str
    references: frozenset[str]
    """All that may be common to two messages about one line, the reference and the trace number among them."""
    payer_account: str
    words: str
    currency: str
    amount: Decimal
    value_date: date
    report: Report


class Likeness(StrEnum):
    SAME = "same"
    DOUBTFUL = "doubtful"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Match:
    """The earlier line that a line repeats, or may repeat."""

    earlier: ReportedLine
    likeness: Likeness


_KINDS: Final = {"bundle": "payment"}
"""One message may report a line as one payment, another as one line for many."""


def line_of(planned: PlannedEntry, statement: Statement, import_id: str = "") -> ReportedLine | None:
    """A line of the file, for comparison; None for a remittance advice."""
    entry = planned.entry
    if entry is None:
        return None
    given = (entry.reference, entry.trace_number, *(one.value for one in entry.references))
    return ReportedLine(
        subject_id=planned.subject_id, place=planned.place, import_id=import_id, kind=planned.kind,
        reference=entry.reference, trace_number=entry.trace_number, references=references_of(given),
        payer_account=entry.payer_account, words=words_of(entry.details), currency=planned.currency,
        amount=planned.amount, value_date=planned.value_date,
        report=Report(statement.source, statement.on, statement.opening, statement.closing),
    )  # fmt: skip


def references_of(given: Iterable[str]) -> frozenset[str]:
    return frozenset(one.strip().upper() for one in given if one.strip())


def words_of(details: str) -> str:
    """The bank's words without blanks, case and marks, in which two reports of one line may differ."""
    return "".join(c for c in details.casefold() if c.isalnum())


def match_lines(
    lines: Sequence[ReportedLine], earlier: Iterable[ReportedLine], reports: Sequence[Report], days_max: int
) -> Mapping[str, Match]:
    """By subject of one statement's lines, the earlier line that each repeats; each earlier line is repeated once.

    `reports` are the earlier statements of the account; `days_max` is how far apart two kinds of messages may date one
    line.
    """
    known = list(earlier)
    matches: dict[str, Match] = {}
    used: set[str] = set()
    # Lines with a reference in common first: little is left then to be compared by its facts alone.
    for marks_of in (_references, _day):
        rest = [(at, line) for at, line in enumerate(lines) if line.subject_id not in matches]
        pairs = []
        for at, line, other in _with_a_common_mark(
            rest, [one for one in known if one.subject_id not in used], marks_of
        ):
            found = _likeness(line, other, reports, days_max)
            if found is not None:
                days = abs((line.value_date - other.value_date).days)
                pairs.append((found[0], days, at, other.subject_id, other, found[1]))
        for _, _, at, subject_id, other, likeness in sorted(pairs, key=lambda pair: pair[:4]):
            if lines[at].subject_id not in matches and subject_id not in used:
                matches[lines[at].subject_id] = Match(other, likeness)
                used.add(subject_id)
    return matches


def _with_a_common_mark(
    lines: Iterable[tuple[int, ReportedLine]],
    known: Iterable[ReportedLine],
    marks_of: Callable[[ReportedLine], Iterable[object]],
) -> Iterator[tuple[int, ReportedLine, ReportedLine]]:
    """Each line with the known lines that have its kind, currency and amount, and a mark in common with it."""
    by_mark: defaultdict[tuple[object, ...], list[ReportedLine]] = defaultdict(list)
    for one in known:
        for mark in marks_of(one):
            by_mark[*_facts(one), mark].append(one)
    for at, line in lines:
        found = {one.subject_id: one for mark in marks_of(line) for one in by_mark.get((*_facts(line), mark), ())}
        for other in found.values():
            yield at, line, other


def _facts(line: ReportedLine) -> tuple[str, str, Decimal]:
    return _KINDS.get(line.kind, line.kind), line.currency, line.amount


def _references(line: ReportedLine) -> Iterable[object]:
    return line.references


def _day(line: ReportedLine) -> Iterable[object]:
    """Without a reference in common, only lines of one value date are one line."""
    return (line.value_date,)


def _likeness(
    line: ReportedLine, other: ReportedLine, reports: Sequence[Report], days_max: int
) -> tuple[int, Likeness] | None:
    """How sure it is that both are one, the surest first; None where they are two."""
    days = abs((line.value_date - other.value_date).days)
    two_kinds = line.report.source != other.report.source
    if days > (days_max if two_kinds else 0) or _differ(line.payer_account, other.payer_account):
        return None
    if line.reference and line.reference.upper() == other.reference.upper():
        return 0, Likeness.SAME
    if two_kinds:
        if not line.references.isdisjoint(other.references):
            return 1, Likeness.SAME
        contradict = _differ(line.reference, other.reference) or _differ(line.trace_number, other.trace_number)
        return None if days or contradict else (3, Likeness.SAME)
    if line.reference or other.reference or line.trace_number != other.trace_number or line.words != other.words:
        return None
    likeness = _of_one_kind(line.report, other.report, reports)
    return None if likeness is Likeness.OTHER else (2, likeness)


def _of_one_kind(new: Report, old: Report, reports: Sequence[Report]) -> Likeness:
    """Whether equal lines without a reference, in two messages of one kind, are one line.

    A statement that opens where another closes continues it: its lines are new. One that opens where another opens
    reports the same days again. A report within the day repeats those before it.
    """
    if new.source == "interim":
        return Likeness.SAME if new.on == old.on else Likeness.OTHER
    if new.source != "statement" or None in (new.opening, old.opening):
        return Likeness.DOUBTFUL
    if new.opening == old.opening:
        return Likeness.SAME
    begins = any(new.opening == one.closing for one in reports)
    again = any(new.opening == one.opening for one in reports)
    if (begins and not again) or new.on > old.on:
        return Likeness.OTHER
    return Likeness.DOUBTFUL


def _differ(one: str, other: str) -> bool:
    return bool(one and other) and account_key(one) != account_key(other)
