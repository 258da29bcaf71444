"""The statements of one account in their order: which count, which another replaces, and where one is missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

StatementId = tuple[str, int]
"""The import, and the statement's number within its file."""


@dataclass(frozen=True, slots=True)
class BankStatement:
    """What a bank reports of one account up to the end of `on`. Balances are signed: overdrawn is negative."""

    import_id: str
    statement_no: int
    bank_account: str
    company_id: str
    currency: str
    number: str
    on: date
    opening: Decimal | None
    closing: Decimal | None
    """The closing balance as booked."""
    available: Decimal | None
    lines: int
    lines_total: Decimal
    seen_before: int
    """How many of its lines were reported before."""
    first_line_on: date
    """The earliest day on which a line of it was booked; its own day where it has no line."""
    content: str
    """A mark of all amounts and dates in it: two statements with one mark report the same."""

    @property
    def statement_id(self) -> StatementId:
        return self.import_id, self.statement_no

    @property
    def name(self) -> str:
        return f"{self.number or '(no number)'} of {self.on} (import {self.import_id})"


@dataclass(frozen=True, slots=True)
class Gap:
    """The opening balance of a statement is not the closing balance before it: `amount` is what lies between."""

    before: BankStatement
    after: BankStatement
    amount: Decimal

    @property
    def sentence(self) -> str:
        return (
            f"statement {self.after.name} opens with {_opening(self.after)} {self.after.currency}, but statement "
            f"{self.before.name} closes with {_closing(self.before)}: import the statement between them"
        )


@dataclass(slots=True)
class StatementChain:
    """The statements that count, in order, each opening with the balance with which the one before closes."""

    counted: list[BankStatement] = field(default_factory=list)
    replaced: dict[StatementId, StatementId] = field(default_factory=dict)
    """A statement that does not count, and the one that reports the same days."""
    gaps: list[Gap] = field(default_factory=list)

    @property
    def last(self) -> BankStatement | None:
        return self.counted[-1] if self.counted else None


def chain_of(statements: Iterable[BankStatement]) -> StatementChain:
    """Orders the statements of one account, given by day and within a day in the order in which they were imported.

    A statement replaces those before it that begin where it begins and report days that it reports: an interim
    statement, an overlapping or a corrected one. The latest closing balance of the day counts.
    """
    chain = StatementChain()
    for statement in statements:
        if statement.closing is not None:
            _take(statement, chain)
    return chain


def _take(statement: BankStatement, chain: StatementChain) -> None:
    same = next((one for one in chain.counted if _same_report(one, statement)), None)
    if same is not None:
        chain.replaced[statement.statement_id] = same.statement_id
        return
    last = chain.last
    if last is None or _opening(statement) == _closing(last):
        chain.counted.append(statement)
        return
    at = _first_replaced(statement, chain.counted)
    if at is None:
        chain.gaps.append(Gap(last, statement, _opening(statement) - _closing(last)))
        chain.counted.append(statement)
        return
    older = chain.counted[at:]
    if _reports_less(statement, older):
        chain.replaced[statement.statement_id] = older[-1].statement_id
        return
    del chain.counted[at:]
    for one in older:
        chain.replaced[one.statement_id] = statement.statement_id
    chain.gaps = [gap for gap in chain.gaps if gap.after not in older]
    chain.counted.append(statement)


def _same_report(one: BankStatement, other: BankStatement) -> bool:
    """The same day reported twice, with other ids."""
    return one.lines > 0 and (one.on, _opening(one), _closing(one), one.content) == (
        other.on, _opening(other), _closing(other), other.content
    )  # fmt: skip


def _first_replaced(statement: BankStatement, counted: list[BankStatement]) -> int | None:
    """Where the statements begin that this one reports again; None where there are none."""
    for at in range(len(counted) - 1, -1, -1):
        one = counted[at]
        if one.on < statement.first_line_on and one.on != statement.on:
            return None
        if _opening(one) == _opening(statement):
            return at
    return None


def _reports_less(statement: BankStatement, others: list[BankStatement]) -> bool:
    """Whether it is an earlier report of a day that is known whole, such as an interim statement that came late."""
    return (
        statement.on == others[-1].on
        and statement.seen_before == statement.lines
        and statement.lines < sum(one.lines for one in others)
    )


def _opening(statement: BankStatement) -> Decimal:
    """As stated; else what the lines leave of the closing balance."""
    return statement.opening if statement.opening is not None else _closing(statement) - statement.lines_total


def _closing(statement: BankStatement) -> Decimal:
    if statement.closing is None:
        raise ValueError(f"statement {statement.name} has no closing balance")
    return statement.closing


def opening_of(statement: BankStatement) -> Decimal:
    """The opening balance of a statement that has a closing balance."""
    return _opening(statement)


def closing_of(statement: BankStatement) -> Decimal:
    """The closing balance as booked. Raises ValueError where there is none."""
    return _closing(statement)
