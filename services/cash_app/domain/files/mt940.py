"""SWIFT MT940 customer statements (SWIFT Standards MT, category 9).

A statement is :20: reference, :25: account, :28C: number, :60F: or :60M: opening balance, :61: lines, each with an
:86: of details, :62F: or :62M: closing balance. Envelopes, trailers and further balances around them are passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.files import figures
from services.cash_app.domain.files.details86 import Details, read_details
from services.cash_app.domain.files.normal_form import BankFile, Entry, EntryKind, Limits, Method, Reading, Statement

_TAG: Final = re.compile(r"(?:\{4:)?:(\d{2,3}[A-Z]?):", re.A)
_END: Final = re.compile(r"-(XXX|\}.*)?\s*$", re.A)
_BALANCE: Final = re.compile(r"([DC])(\d{6})([A-Z]{3})([0-9.,]{1,18})", re.A)
_LINE: Final = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[DC]|E[DC])(?P<funds>[A-Z])?(?P<amount>\d[0-9,]{0,17})"
    r"(?P<type>[A-Z][A-Z0-9]{3})(?P<customer>.{0,16}?)(?://(?P<bank>.{0,34}))?$",
    re.A,
)
NO_REFERENCE: Final = frozenset({"", "NONREF", "NOREF", "NOTPROVIDED"})
NOT_OURS: Final = frozenset({"EREF", "KREF", "MREF"})
"""Customer references that only say which part of :86: the reference stands in."""
_METHODS: Final[dict[str, Method]] = {"CHK": "check", "LDP": "lockbox", "CLR": "ach", "DDT": "ach", "TRF": "wire"}
_RETURNED: Final = frozenset({"RTI"})
"""Transaction type of returned items."""


@dataclass(slots=True)
class _Tag:
    place: str
    name: str
    lines: list[str]


@dataclass(slots=True)
class _Draft:
    """A statement while its tags come in."""

    place: str
    account: str = ""
    number: str = ""
    currency: str = ""
    on: date | None = None
    opening: Decimal | None = None
    closing: Decimal | None = None
    entries: list[Entry] = field(default_factory=list)


def read_mt940(content: bytes, limits: Limits) -> BankFile:
    """Raises Unreadable with every line that is wrong."""
    reading = Reading(limits)
    statements: list[Statement] = []
    draft: _Draft | None = None
    for tag in _tags(content, reading):
        if tag.name == "20":
            _end(draft, statements, reading)
            draft = _Draft(tag.place)
        elif draft is not None:
            _take(tag, draft, reading)
        elif tag.name not in {"940"}:
            reading.give_up(tag.place, f":{tag.name}: before any :20:, with which a statement begins")
    _end(draft, statements, reading)
    if not statements and not reading.faults:
        reading.give_up("end of file", "there is no statement: :20: begins one")
    reading.done()
    return BankFile("mt940", tuple(statements))


def _tags(content: bytes, reading: Reading) -> list[_Tag]:
    """The tags with the lines that continue them; what stands between two messages belongs to no tag."""
    tags: list[_Tag] = []
    within = False
    for number, line in figures.lines_of(content, reading):
        match = _TAG.search(line) if not within or line.startswith((":", "{4:")) else None
        if match is not None and (match.start() == 0 or line.startswith("{")):
            within = True
            tags.append(_Tag(f"line {number}", match[1], [line[match.end() :]]))
        elif _END.match(line):
            within = False
        elif within:
            tags[-1].lines.append(line)
    return tags


def _take(tag: _Tag, draft: _Draft, reading: Reading) -> None:
    text = tag.lines[0].strip()
    if tag.name == "25":
        draft.account = figures.account_key(text.rsplit("/", 1)[-1])
    elif tag.name in {"28", "28C"}:
        draft.number = figures.plain(text, 20)
    elif tag.name in {"60F", "60M"}:
        draft.opening, draft.currency, _ = _balance(tag, reading)
    elif tag.name in {"62F", "62M"}:
        draft.closing, currency, draft.on = _balance(tag, reading)
        if draft.currency and currency and currency != draft.currency:
            reading.wrong(tag.place, f"the closing balance is in {currency}, the opening balance in {draft.currency}")
    elif tag.name == "61":
        reading.entry(tag.place)
        entry = _line(tag, draft, reading)
        if entry is not None:
            draft.entries.append(entry)
    elif tag.name == "86" and draft.entries and draft.closing is None and not draft.entries[-1].details:
        draft.entries[-1] = _with_details(draft.entries[-1], read_details(tag.lines))


def _balance(tag: _Tag, reading: Reading) -> tuple[Decimal | None, str, date | None]:
    match = _BALANCE.fullmatch(tag.lines[0].strip())
    amount = figures.decimal_comma(match[4]) if match else None
    on = figures.yymmdd(match[2]) if match else None
    if match is None or amount is None or on is None or not figures.known_currency(match[3]):
        reading.wrong(tag.place, f":{tag.name}: {tag.lines[0].strip()[:40]!r} is no balance such as C261231EUR1234,56")
        return None, "", None
    amount = figures.exact(amount, match[3], tag.place, reading)
    return (amount if match[1] == "C" else -amount), match[3], on


def _line(tag: _Tag, draft: _Draft, reading: Reading) -> Entry | None:
    match = _LINE.fullmatch(tag.lines[0].strip())
    amount = figures.decimal_comma(match["amount"]) if match else None
    value_date = figures.yymmdd(match["value"]) if match else None
    if match is None or amount is None or value_date is None:
        text = tag.lines[0].strip()[:60]
        reading.wrong(tag.place, f":61: {text!r} is no statement line such as 2612311231C12,50NTRFREF")
        return None
    if not draft.currency:
        reading.wrong(tag.place, "a statement line before the opening balance, which says the currency")
        return None
    amount = figures.exact(amount, draft.currency, tag.place, reading)
    if not amount:
        return None
    mark, kind_of = match["mark"], match["type"][1:]
    kind, signed = _kind(mark, kind_of, amount)
    customer = figures.plain(match["customer"], 60)
    supplement = figures.plain(" ".join(tag.lines[1:]), 200)
    return Entry(
        place=tag.place, kind=kind, amount=signed, currency=draft.currency, value_date=value_date,
        booked_on=_booked(match["entry"], value_date), reference=_meant(figures.plain(match["bank"] or "", 60)),
        trace_number="" if customer.upper().rstrip("+") in NOT_OURS else _meant(customer),
        method=_METHODS.get(kind_of, "wire"), payer_account=_account_in(supplement),
        reason_code=kind_of if kind == "return" else "",
        reason="reversal of a credit" if mark == "RC" else supplement if kind == "return" else "",
    )  # fmt: skip


def _kind(mark: str, kind_of: str, amount: Decimal) -> tuple[EntryKind, Decimal]:
    """RC takes a credit back, RD gives a debit back; E marks what is expected and not booked."""
    if mark.startswith("E"):
        return "pending", amount if mark == "EC" else -amount
    if mark == "RC" or (mark == "D" and kind_of in _RETURNED):
        return "return", -amount
    return ("payment", amount) if mark in {"C", "RD"} else ("debit", -amount)


def _booked(entry: str | None, value_date: date) -> date | None:
    """The day of booking has no year: the one that brings it nearest to the value date."""
    if entry is None:
        return None
    month, day = int(entry[:2]), int(entry[2:])
    nearby = [figures.day(value_date.year + year, month, day) for year in (-1, 0, 1)]
    found = [booked for booked in nearby if booked is not None]
    return min(found, key=lambda booked: abs((booked - value_date).days), default=None)


def _with_details(entry: Entry, found: Details) -> Entry:
    returned = entry.kind == "return"
    return Entry(
        place=entry.place, kind=entry.kind, amount=entry.amount, currency=entry.currency, value_date=entry.value_date,
        booked_on=entry.booked_on, reference=entry.reference, trace_number=entry.trace_number or found.trace_number,
        method=entry.method, payer_account=found.payer_account or entry.payer_account, payer_name=found.payer_name,
        details=found.text, reason_code=found.reason_code or entry.reason_code if returned else "",
        reason=entry.reason or found.text if returned else "",
    )  # fmt: skip


def _end(draft: _Draft | None, statements: list[Statement], reading: Reading) -> None:
    """A statement is whole when it has an account and both balances."""
    if draft is None:
        return
    for name, what in (("25", draft.account), ("60F", draft.currency), ("62F", draft.on)):
        if not what:
            reading.wrong(draft.place, f"the statement has no :{name}:")
    if draft.account and draft.currency and draft.on is not None:
        statements.append(
            Statement(
                draft.place, "statement", draft.account, draft.currency, draft.number, draft.on, draft.opening,
                draft.closing, tuple(draft.entries),
            )
        )  # fmt: skip


def _meant(reference: str) -> str:
    return "" if reference.upper() in NO_REFERENCE else reference


def _account_in(supplement: str) -> str:
    """The second line of :61: holds the counterparty's IBAN at some banks."""
    compact = supplement.replace(" ", "")
    return compact if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact, re.A) else ""
