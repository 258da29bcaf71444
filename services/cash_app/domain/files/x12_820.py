"""ASC X12 820, payment order and remittance advice. Its separators stand in the interchange header (ISA)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.files import figures
from services.cash_app.domain.files.normal_form import Advice, BankFile, Control, Limits, Reading

_ISA_CHARACTERS: Final = 106
_SEGMENTS_MAX: Final = 2_000_000
_OUR_NUMBER: Final = "91"
"""Qualifier of a number that the seller, who is us, gave the payer."""


@dataclass(slots=True)
class _Draft:
    """One transaction set while its segments come in."""

    place: str
    control: str
    segments: int = 1
    amount: Decimal | None = None
    on: date | None = None
    currency: str = "USD"
    account: str = ""
    trace: str = ""
    payer: str = ""
    customer: str = ""
    payer_account: str = ""
    lines: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    adjustments: Decimal = Decimal(0)
    within_document: bool = False


def read_820(content: bytes, limits: Limits) -> BankFile:
    """Raises Unreadable with every segment that is wrong."""
    return _Reader(Reading(limits)).read(content)


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.advices: list[Advice] = []
        self.controls: list[Control] = []
        self.draft: _Draft | None = None
        self.sets = self.groups = 0
        self.interchange = ""
        self.ended = False

    def read(self, content: bytes) -> BankFile:
        for number, segment in enumerate(_segments(figures.decoded(content), self.reading), start=1):
            self._take(f"segment {number}", segment)
        if self.draft is not None or not self.ended:
            self.reading.give_up("end of file", "there is no IEA segment: the file was cut off")
        if not self.advices and not self.reading.faults:
            self.reading.give_up("end of file", "there is no 820 transaction set in it")
        self.reading.done()
        return BankFile("x12-820", advices=tuple(self.advices), controls=tuple(self.controls))

    def _take(self, place: str, segment: list[str]) -> None:
        self.reading.tick(place)
        name, at = segment[0], segment.__getitem__
        if self.draft is not None:
            self.draft.segments += 1
        segment += [""] * (20 - len(segment))
        match name:
            case "ISA":
                self.interchange = at(13)
            case "GS":
                self.groups += 1
                self.sets = 0
            case "ST":
                if at(1) != "820" or self.draft is not None:
                    self.reading.give_up(
                        place, f"a transaction set {at(1)[:10]!r} begins: only 820, one after the other"
                    )
                self.reading.entry(place)
                self.sets += 1
                self.draft = _Draft(place, at(2))
            case "SE":
                self._end_set(place, segment)
            case "GE":
                self._count(place, "the group's number of transaction sets", at(1), self.sets)
            case "IEA":
                self._count(place, "the number of groups", at(1), self.groups)
                self.ended = True
            case _ if self.draft is not None:
                self._within(self.draft, place, segment)

    def _within(self, draft: _Draft, place: str, segment: list[str]) -> None:
        at = segment.__getitem__
        match segment[0]:
            case "BPR":
                draft.amount, draft.on = figures.decimal(at(2)), figures.iso_date(at(16))
                draft.payer_account = f"US-{at(7)}-{at(9)}" if at(7) and at(9) else ""
                draft.account = figures.account_key(at(15))
            case "TRN":
                draft.trace = figures.plain(at(2), 60)
            case "CUR":
                draft.currency = at(2)
            case "DTM" if draft.on is None:
                draft.on = figures.iso_date(at(2))
            case "N1" if at(1) == "PR":
                draft.payer = figures.plain(at(2), 200)
                draft.customer = figures.plain(at(4), 60) if at(3) == _OUR_NUMBER else ""
            case "ENT":
                draft.within_document = False
            case "RMR":
                self._document(draft, place, segment)
            case "ADX" if not draft.within_document:
                draft.adjustments += figures.decimal(at(1)) or Decimal(0)

    def _document(self, draft: _Draft, place: str, segment: list[str]) -> None:
        """RMR: number, amount paid, amount of the invoice, discount taken. A credit memo is paid with a minus."""
        draft.within_document = True
        paid = figures.decimal(segment[4] or segment[5])
        discount = figures.decimal(segment[6]) if segment[6] else Decimal(0)
        if not segment[2] or paid is None or discount is None:
            self.reading.wrong(place, "RMR needs a document number, an amount paid and, if any, a discount in figures")
            return
        draft.lines.append((segment[2], paid, abs(discount)))

    def _end_set(self, place: str, segment: list[str]) -> None:
        draft = self.draft
        if draft is None:
            self.reading.give_up(place, "SE ends no transaction set")
        self.draft = None
        self._count(place, "the transaction set's number of segments", segment[1], draft.segments)
        if segment[2] != draft.control:
            self.reading.wrong(place, f"SE has control number {segment[2][:20]!r}, its ST {draft.control[:20]!r}")
        amounts = [draft.amount or Decimal(0), *(value for line in draft.lines for value in line[1:])]
        if draft.amount is None or draft.amount <= 0 or draft.on is None:
            self.reading.wrong(draft.place, "BPR needs an amount above zero and a date (BPR16, or DTM)")
        elif not figures.known_currency(draft.currency):
            self.reading.wrong(
                draft.place, f"unknown currency {draft.currency[:10]!r}: use an ISO 4217 code such as USD"
            )
        elif not all(figures.fits(amount, draft.currency) for amount in amounts):
            self.reading.wrong(draft.place, f"an amount has more places than {draft.currency} is accounted in")
        elif not figures.remittance(draft.lines):
            self.reading.wrong(draft.place, "no document is named (RMR)")
        else:
            self._advise(draft, draft.amount, draft.on)

    def _advise(self, draft: _Draft, amount: Decimal, on: date) -> None:
        paid = sum((line[1] for line in draft.lines), draft.adjustments)
        self.controls.append(Control(draft.place, "the sum of RMR and ADX against BPR02", amount, paid))
        self.advices.append(
            Advice(
                place=draft.place, advice_id=figures.plain(f"820-{self.interchange}-{draft.control}", 60),
                account=draft.account, currency=draft.currency, amount=amount, advised_on=on,
                trace_number=draft.trace, payer_account=draft.payer_account, payer_name=draft.payer,
                customer_id=draft.customer, lines=figures.remittance(draft.lines),
            )
        )  # fmt: skip

    def _count(self, place: str, what: str, text: str, found: int) -> None:
        self.controls += figures.stated(place, what, text, found, self.reading)


def _segments(text: str, reading: Reading) -> Iterator[list[str]]:
    text = text.lstrip()
    if len(text) < _ISA_CHARACTERS or not text.startswith("ISA") or text[3].isalnum() or text[3].isspace():
        reading.give_up("segment 1", "this is no X12 interchange: it begins with an ISA segment of 106 characters")
    element, terminator = text[3], text[_ISA_CHARACTERS - 1]
    if terminator.isalnum() or terminator == element or text[:_ISA_CHARACTERS].count(element) != 16:
        reading.give_up("segment 1", "the ISA segment is not 106 characters of 16 elements")
    for number, segment in enumerate(text.split(terminator), start=1):
        if number > _SEGMENTS_MAX or len(segment) > reading.limits.line_characters_max:
            reading.give_up(f"segment {number}", "too many segments, or too long a one")
        stripped = segment.strip()
        if stripped:
            yield [part.strip() for part in stripped.split(element)]
