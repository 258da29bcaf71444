"""SWIFT MT940 customer statements and MT942 interim reports (SWIFT Standards MT, category 9).

A statement is :20: reference, :25: account, :28C: number, :60F: or :60M: opening balance, :61: lines, each with an
:86: of details (some banks repeat it), :62F: or :62M: closing balance. An interim report has no balances: :34F: states
the currency, :13D: the day, :90C: and :90D: count what is in it. Envelopes, trailers and further balances are passed
over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import BankFile, Control, Entry, EntryKind, Method, Statement
from services.cash_app.bank_files.domain.mt940_details import RETURNED_CREDITS, RETURNED_DEBITS, Details, read_details
from services.cash_app.bank_files.domain.mt940_line import StatementLine, read_line
from services.cash_app.bank_files.domain.read_context import Limits, ReadContext
from services.cash_app.payments.domain.account_number import account_key

_TAG: Final = re.compile(r"(?:\{4:)?:(\d{2,3}[A-Z]?):", re.A)
_END: Final = re.compile(r"-(XXX|\}.*)?\s*$", re.A)
_BALANCE: Final = re.compile(r"([DC])\s*(\d{6})\s*([A-Z]{3})\s*([0-9.,]{1,24})", re.A)
_SUM: Final = re.compile(r"(\d{1,5})([A-Z]{3})([0-9.,]{1,24})", re.A)
_METHODS: Final[dict[str, Method]] = {"CHK": "check", "LDP": "lockbox", "CLR": "ach", "DDT": "ach", "TRF": "wire"}
_RETURNED: Final = frozenset({"RTI"})
"""Transaction type of returned items."""


@dataclass(slots=True)
class _Tag:
    place: str
    name: str
    lines: list[str]

    @property
    def text(self) -> str:
        return self.lines[0].strip()


@dataclass(slots=True)
class _Line:
    """A :61: with the :86: behind it."""

    place: str
    read: StatementLine | None
    details: list[str] = field(default_factory=list)


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
    available: Decimal | None = None
    lines: list[_Line] = field(default_factory=list)
    counted: list[tuple[str, str, str, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    previous: str = ""


def read_mt940(content: bytes, format_: Literal["mt940", "mt942"], limits: Limits) -> BankFile:
    """Raises UnreadableFile with every line that is wrong."""
    return _Reader(format_, ReadContext(limits)).read(content)


class _Reader:
    def __init__(self, format_: Literal["mt940", "mt942"], context: ReadContext) -> None:
        self.format: Literal["mt940", "mt942"] = format_
        self.context = context
        self.statements: list[Statement] = []
        self.controls: list[Control] = []

    def read(self, content: bytes) -> BankFile:
        draft: _Draft | None = None
        for tag in _tags(content, self.context):
            if tag.name == "20":
                self._end(draft)
                draft = _Draft(tag.place)
            elif draft is not None:
                self._take(tag, draft)
            elif tag.name not in {"940", "942"}:
                self.context.fail(tag.place, f":{tag.name}: before any :20:, with which a statement begins")
        self._end(draft)
        if not self.statements and not self.context.errors:
            self.context.fail("end of file", "there is no statement: :20: begins one")
        self.context.raise_errors()
        return BankFile(self.format, tuple(self.statements), controls=tuple(self.controls))

    def _take(self, tag: _Tag, draft: _Draft) -> None:
        name = tag.name
        draft.seen.add(name[:2])
        if name in {"25", "25P"}:
            draft.account = account_key(tag.text.rsplit("/", 1)[-1])
        elif name in {"28", "28C"}:
            draft.number = parsing.plain(tag.text, 20)
        elif name in {"60F", "60M"}:
            draft.opening, draft.currency, _ = self._balance(tag)
        elif name in {"62F", "62M"}:
            self._closing(tag, draft)
        elif name == "64":
            draft.available, _, _ = self._balance(tag)
        elif name in {"34F", "13", "13D", "90C", "90D"} and self.format == "mt942":
            self._interim(tag, draft)
        elif name == "61":
            self.context.count_entry(tag.place)
            draft.lines.append(_Line(tag.place, read_line(tag.lines, tag.place, self.context)))
        elif name == "86" and draft.previous in {"61", "86"} and draft.lines:
            draft.lines[-1].details += tag.lines
            name = "86"
        else:
            name = "other"
        draft.previous = name if name in {"61", "86"} else "other"

    def _closing(self, tag: _Tag, draft: _Draft) -> None:
        draft.closing, currency, draft.on = self._balance(tag)
        if draft.currency and currency and currency != draft.currency:
            what = f":{tag.name}: the closing balance is in {currency}, the opening balance in {draft.currency}"
            self.context.add_error(tag.place, what)

    def _interim(self, tag: _Tag, draft: _Draft) -> None:
        """:34F: floor limit, which states the currency; :13D: day and time; :90C: and :90D: number and sum."""
        if tag.name == "34F":
            draft.currency = draft.currency or tag.text[:3]
        elif tag.name in {"13", "13D"}:
            draft.on = parsing.yymmdd(tag.text[:6])
        elif (match := _SUM.fullmatch(tag.text)) is not None:
            draft.counted.append((tag.place, tag.name[-1], match[1], match[3]))

    def _balance(self, tag: _Tag) -> tuple[Decimal | None, str, date | None]:
        match = _BALANCE.fullmatch(tag.text)
        amount = parsing.decimal_comma(match[4]) if match else None
        on = parsing.yymmdd_of_bank_year(match[2]) if match else None
        if match is not None and not parsing.known_currency(match[3]):
            self.context.unknown_currency(tag.place, match[3])
            return None, "", on
        if match is None or amount is None or on is None:
            part = "" if match is None else f" (its {'date' if on is None else 'amount'} cannot be read)"
            what = f":{tag.name}: {tag.text[:40]!r} is no balance{part}: expected is one such as C261231EUR1234,56"
            self.context.add_error(tag.place, what)
            return None, "", None
        amount = parsing.exact(amount, match[3], tag.place, self.context)
        return (amount if match[1] == "C" else -amount), match[3], on

    def _end(self, draft: _Draft | None) -> None:
        """A statement is whole when it has an account and both balances; an interim report needs only the account."""
        if draft is None:
            return
        wanted = {"25": "account"} if self.format == "mt942" else {
            "25": "account", "60": "opening balance (:60F:)", "62": "closing balance (:62F:)"
        }  # fmt: skip
        for name, what in wanted.items():
            if name not in draft.seen:
                self.context.add_error(draft.place, f"the statement has no :{name}:, its {what}")
        if self.format == "mt942" and not parsing.known_currency(draft.currency):
            self.context.unknown_currency(draft.place, draft.currency)
        if not draft.account and "25" in draft.seen:
            self.context.add_error(draft.place, ":25: names no account")
        if not draft.account or not parsing.known_currency(draft.currency):
            return
        entries = tuple(filter(None, (self._entry(line, draft.currency) for line in draft.lines)))
        on = draft.on or max((entry.value_date for entry in entries), default=None)
        if on is None:
            if self.format == "mt942":
                self.context.add_error(draft.place, "the report has neither a day (:13D:) nor a line")
            return
        self._count(draft, entries)
        source: Literal["interim", "statement"] = "interim" if self.format == "mt942" else "statement"
        self.statements.append(
            Statement(
                draft.place, source, _without_currency(draft.account, draft.currency), draft.currency, draft.number, on,
                draft.opening, draft.closing, entries, available=draft.available,
            )
        )  # fmt: skip

    def _count(self, draft: _Draft, entries: tuple[Entry, ...]) -> None:
        """The number of credits and debits that :90C: and :90D: state."""
        for place, mark, number, _ in draft.counted:
            found = sum(1 for entry in entries if (entry.amount > 0) == (mark == "C"))
            self.controls.append(Control(place, f":90{mark}: the number of entries", Decimal(number), Decimal(found)))

    def _entry(self, line: _Line, currency: str) -> Entry | None:
        read = line.read
        if read is None:
            return None
        amount = parsing.exact(read.amount, currency, line.place, self.context)
        if not amount:
            return None
        return _entry_of(line, read, amount, currency)


def _entry_of(line: _Line, read: StatementLine, amount: Decimal, currency: str) -> Entry:
    found = read_details(line.details)
    kind, signed = _kind(read, found.business_code, amount)
    back = kind in {"return", "own_payment_returned"}
    trace = read.trace_number or _trace_in(found, read.reference_in)
    reason = "reversal of a credit" if read.mark == "RC" else "reversal of a debit" if read.mark == "RD" else ""
    supplement = "" if parsing.iban(read.supplement) else read.supplement
    return Entry(
        place=line.place, kind=kind, amount=signed, currency=currency, value_date=read.value_date,
        booked_on=read.booked_on, reference=read.bank_reference, trace_number=trace,
        method=_METHODS.get(read.kind_of, "wire"), payer_account=found.payer_account or read.payer_account,
        payer_name=found.payer_name or read.payer_name, details=found.text,
        references=found.references + parsing.references(
            ("payer_reference", read.trace_number), ("supplementary_details", supplement)
        ),
        reason_code=(found.reason_code or read.kind_of)[:40] if back else "",
        reason=(reason or read.supplement or parsing.plain(found.text, 300)) if back else "",
        bank_code="/".join(filter(None, [read.kind_of, found.business_code and f"GVC{found.business_code}"])),
    )  # fmt: skip


def _trace_in(found: Details, reference_in: str) -> str:
    """The reference that :61: points to; a batch or a mandate is none of this payment."""
    if reference_in in {"PREF", "MARF", "MREF"}:
        return found.reference("EREF")
    return found.reference(reference_in) or found.reference("EREF")


def _kind(read: StatementLine, business_code: str, amount: Decimal) -> tuple[EntryKind, Decimal]:
    """RC takes a credit back, RD gives a debit back; E marks what is expected and not booked."""
    mark = read.mark
    if mark.startswith("E"):
        return "pending", amount if mark == "EC" else -amount
    if mark == "RC" or (mark == "D" and (read.kind_of in _RETURNED or business_code in RETURNED_DEBITS)):
        return "return", -amount
    if mark == "RD" or (mark == "C" and (read.kind_of in _RETURNED or business_code in RETURNED_CREDITS)):
        return "own_payment_returned", amount
    return ("payment", amount) if mark == "C" else ("debit", -amount)


def _without_currency(account: str, currency: str) -> str:
    """The account without the currency that some banks write behind it."""
    bare = account.removesuffix(currency)
    return bare if bare != account and (parsing.iban(bare) or bare.isdigit()) else account


def _tags(content: bytes, context: ReadContext) -> list[_Tag]:
    """The tags with the lines that continue them; what stands between two messages belongs to no tag."""
    tags: list[_Tag] = []
    within = False
    for number, line in parsing.lines_of(content, context):
        match = _TAG.search(line) if not within or line.startswith((":", "{4:")) else None
        if match is not None and (match.start() == 0 or line.startswith("{")):
            within = True
            tags.append(_Tag(f"line {number}", match[1], [line[match.end() :]]))
        elif _END.match(line):
            within = False
        elif within:
            tags[-1].lines.append(line)
    return tags
