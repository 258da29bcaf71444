"""Bank reconciliation: an account's closing balance = its cash in the journal, plus and minus named items.

Each line of a statement meets the cash that it was posted as. What has no counterpart is named: money that is on the
statement and not in the journal, with the queue that it is in, and money in the journal that is not on a statement
yet. What is in no queue and not in transit is unknown; the sum of what is unknown is the unexplained difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.bank_reconciliation.domain.statements import (
    BankStatement,
    StatementChain,
    closing_of,
    opening_of,
)

ItemKind = Literal[
    "brought_forward", "bank_charges", "interest", "transfer", "refund", "to_be_coded", "for_review", "held", "failed",
    "being_posted", "value_dated_later", "in_transit", "taken_back", "statement_difference", "gap", "unknown",
]  # fmt: skip
"""brought_forward: the first statement's opening balance, less cash in the journal of before. bank_charges, interest,
transfer, refund, to_be_coded: lines that are no customer's money and wait for a person, by what a rule proposes.
for_review, held, failed: lines in these queues. being_posted: of a file that is not wholly posted.
value_dated_later: in the journal on the value date. in_transit: in the journal, not on a statement yet.
taken_back: in the journal on the day, and taken out of it later, as a payment that repeats another.
statement_difference: lines of a statement do not add up to its balances, as was accepted with it. gap: a statement is
missing. unknown: nothing explains it."""
UNEXPLAINED: Final = frozenset({"gap", "unknown"})
MATCH_DAYS_MAX: Final = 10
"""A line that another message reported meets cash of the same amount so many days apart at most."""
_BY_PURPOSE: Final[dict[str, ItemKind]] = {
    "bank_charges": "bank_charges", "interest_income": "interest", "interest_expense": "interest",
    "transfer": "transfer", "refund_paid": "refund",
}  # fmt: skip
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Lines and cash under one key that do not come to the same sum by the day of the statement.

    `lines` is what counts of the statements; `lines_later` what later ones bring. `cash` is in the journal up to the
    day, `cash_later` after it.
    """

    key: str
    lines: Decimal = _NOTHING
    line_count: int = 0
    lines_later: Decimal = _NOTHING
    cash: Decimal = _NOTHING
    cash_later: Decimal = _NOTHING
    line_id: str = ""
    state: str = ""
    outcome: str = ""
    purpose: str = ""
    stage: str = ""
    details: str = ""
    line_on: date | None = None
    source: str = ""
    document: str = ""
    cash_on: date | None = None
    reported_on: date | None = None
    """The day of the report, of cash that a notification or a report within the day brought."""

    @property
    def difference(self) -> Decimal:
        return self.lines - self.cash


@dataclass(frozen=True, slots=True)
class NamedItem:
    """A part of what lies between bank and journal; positive where the bank has more."""

    kind: ItemKind
    amount: Decimal
    on: date
    why: str
    line_id: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The state of one account at the end of the day of its last statement."""

    statement: BankStatement
    cash: Decimal
    """In the journal, up to the day."""
    items: tuple[NamedItem, ...]

    @property
    def closing(self) -> Decimal:
        return closing_of(self.statement)

    @property
    def explained(self) -> Mapping[ItemKind, Decimal]:
        """The sums of the items that explain something, by kind."""
        sums: defaultdict[ItemKind, Decimal] = defaultdict(Decimal)
        for item in self.items:
            if item.kind not in UNEXPLAINED:
                sums[item.kind] += item.amount
        return dict(sums)

    @property
    def difference(self) -> Decimal:
        """What no item explains."""
        return self.closing - self.cash - sum(self.explained.values(), _NOTHING)

    @property
    def unexplained(self) -> tuple[NamedItem, ...]:
        return tuple(item for item in self.items if item.kind in UNEXPLAINED)

    @property
    def reconciled(self) -> bool:
        """Whether each line and each posting is explained: two unknown items that cancel out are still unknown."""
        return not self.difference and not self.unexplained


def reconcile(
    chain: StatementChain, cash: Decimal, unmatched: Sequence[Unmatched], in_transit_days_max: Mapping[str, int]
) -> Reconciliation | None:
    """The account at the end of its last statement's day; None where no statement has a closing balance.

    `cash` is the account's cash in the journal up to that day.
    """
    last = chain.last
    if last is None:
        return None
    rest = _match_by_amount(unmatched)
    start = min(one.first_line_on for one in chain.counted[:1])
    of_before = [one for one in rest if _is_of_before(one, start)]
    forward = opening_of(chain.counted[0]) - sum((one.cash for one in of_before), _NOTHING)
    items = [_brought_forward(chain.counted[0], forward, len(of_before))] if forward else []
    items += [
        NamedItem("statement_difference", amount, one.on, f"the lines of statement {one.name} do not make its balance")
        for one in chain.counted
        if (amount := closing_of(one) - opening_of(one) - one.lines_total)
    ]
    items += [NamedItem("gap", gap.amount, gap.after.on, gap.sentence) for gap in chain.gaps]
    items += [_named(one, last.on, in_transit_days_max) for one in rest if not _is_of_before(one, start)]
    return Reconciliation(last, cash, tuple(items))


def _match_by_amount(unmatched: Sequence[Unmatched]) -> list[Unmatched]:
    """Without the lines that another message reported under another reference, and the cash that came of it.

    Matching never changes the sum of what is left, so it cannot hide a difference.
    """
    cash: defaultdict[Decimal, list[Unmatched]] = defaultdict(list)
    for one in unmatched:
        if not one.line_count and one.cash:
            cash[one.cash].append(one)
    matched: set[str] = set()
    lines = [one for one in unmatched if one.outcome in {"seen_before", "post"} and not one.cash and one.line_count]
    for line in sorted(lines, key=lambda one: (one.line_on or date.min, one.key)):
        near = [
            one for one in cash[line.lines]
            if one.key not in matched and not one.lines_later and _days_apart(line, one) <= MATCH_DAYS_MAX
        ]  # fmt: skip
        if near and not line.cash_later:
            found = min(near, key=lambda one: (_days_apart(line, one), one.key))
            matched |= {line.key, found.key}
    return [one for one in unmatched if one.key not in matched]


def _days_apart(line: Unmatched, cash: Unmatched) -> int:
    return abs(((line.line_on or date.min) - (cash.cash_on or date.min)).days)


def _is_of_before(one: Unmatched, start: date) -> bool:
    """Cash of before the first statement, which its opening balance holds."""
    return not one.line_count and not one.lines_later and one.cash_on is not None and one.cash_on < start


def _brought_forward(first: BankStatement, amount: Decimal, postings: int) -> NamedItem:
    why = f"opening balance {opening_of(first)} {first.currency} of the first statement, {first.name}"
    if postings:
        why += f", less the cash of {postings} postings of before"
    return NamedItem("brought_forward", amount, first.on, why)


def _named(one: Unmatched, day: date, in_transit_days_max: Mapping[str, int]) -> NamedItem:
    if one.line_count and not one.cash:
        kind, why = _of_line(one)
        return NamedItem(kind, one.lines, one.line_on or day, why, one.line_id, one.document)
    if not one.line_count:
        kind, why = _of_cash(one, day, in_transit_days_max)
        return NamedItem(kind, -one.cash, one.cash_on or day, why, "", one.document)
    why = f"{one.line_count} lines of statements come to {one.lines}, what was posted for them to {one.cash}"
    return NamedItem("unknown", one.difference, one.line_on or day, why, one.line_id, one.document)


def _of_line(one: Unmatched) -> tuple[ItemKind, str]:
    """Why money of the statement is not in the journal."""
    if one.state == "to_code":
        return _BY_PURPOSE.get(one.purpose, "to_be_coded"), "no customer's money: code it to an account"
    if one.outcome == "review":
        return "for_review", "waits for a person, among the entries of bank files for review"
    if one.outcome == "held":
        return "held", "waits for the payments of which it is the sum"
    if one.outcome == "failed":
        return "failed", "could not be handled: it is among the failed events of the work queues"
    if one.stage != "posted":
        return "being_posted", "its file is still being posted"
    if one.cash_later == one.lines:
        return "value_dated_later", "in the journal on its value date"
    if one.outcome == "seen_before":
        return "unknown", "taken for money that another message reported, but the journal has no such money left"
    return "unknown", "to be posted by its file, but the journal does not have it, and it is in no queue"


def _of_cash(one: Unmatched, day: date, in_transit_days_max: Mapping[str, int]) -> tuple[ItemKind, str]:
    """Why money of the journal is on no statement."""
    if one.lines_later == one.cash:
        return "in_transit", "on a later statement"
    if one.cash_later == -one.cash:
        return "taken_back", "taken back in the journal on a later day"
    if one.source in {"notification", "interim"}:
        if (one.reported_on or day) > day:
            return "in_transit", f"reported within {one.reported_on}, whose statement is not there yet"
        return "unknown", f"the bank reported it on {one.reported_on}, but the statement of that day has no such line"
    days_max, on = in_transit_days_max.get(one.source), one.cash_on or day
    if days_max is None:
        return "unknown", f"posted from {one.source or 'a source'} without a line of a statement that counts"
    if (day - on).days <= days_max:
        return "in_transit", f"posted from the {one.source}, on no statement yet"
    return "unknown", f"posted from the {one.source} on {on} and still on no statement {(day - on).days} days later"
