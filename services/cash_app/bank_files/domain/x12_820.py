"""ASC X12 820, payment order and remittance advice. Its separators stand in the interchange header (ISA).

RMR names a document: qualifier, number, amount paid, amount of the document, discount taken. ADX behind an RMR adjusts
that document, with a reason (element 426) and a document of the payer; before any RMR it adjusts the payment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import Advice, BankFile, Control
from services.cash_app.bank_files.domain.read_context import Limits, ReadContext
from services.cash_app.bank_files.domain.remittance import NamedDocument, adjustment, remittance_lines
from services.cash_app.payments.domain.account_number import account_key
from shared.contracts.erp import DocumentKind, RemittanceLine

_ISA_CHARACTERS: Final = 106
_SEGMENTS_MAX: Final = 2_000_000
_OUR_NUMBER: Final = "91"
"""Qualifier of a number that the seller, who is us, gave the payer."""


_KINDS: Final[dict[str, DocumentKind]] = {
    "IV": "invoice", "OI": "invoice", "CM": "credit_memo", "CL": "credit_memo", "DM": "debit_memo", "DL": "debit_memo",
    "PO": "purchase_order", "OR": "order", "SO": "order",
}  # fmt: skip
"""Element 128, what the number of an RMR stands for."""
_NONE: Final = Decimal(0)


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
    documents: list[NamedDocument] = field(default_factory=list)
    adjustments: Decimal = _NONE
    """Of the payment, not of a document."""
    within_document: bool = False


def read_820(content: bytes, limits: Limits) -> BankFile:
    """Raises UnreadableFile with every segment that is wrong."""
    return _Reader(ReadContext(limits)).read(content)


class _Reader:
    def __init__(self, context: ReadContext) -> None:
        self.context = context
        self.advices: list[Advice] = []
        self.controls: list[Control] = []
        self.draft: _Draft | None = None
        self.sets = self.groups = 0
        self.interchange = ""
        self.ended = False

    def read(self, content: bytes) -> BankFile:
        for number, segment in enumerate(_segments(parsing.decoded(content), self.context), start=1):
            self._take(f"segment {number}", segment)
        if self.draft is not None or not self.ended:
            self.context.fail("end of file", "there is no IEA segment: the file was cut off")
        if not self.advices and not self.context.errors:
            self.context.fail("end of file", "there is no 820 transaction set in it")
        self.context.raise_errors()
        return BankFile("x12-820", advices=tuple(self.advices), controls=tuple(self.controls))

    def _take(self, place: str, segment: list[str]) -> None:
        self.context.check_time(place)
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
                    self.context.fail(place, f"a transaction set {at(1)[:10]!r} begins: only 820, one after the other")
                self.context.count_entry(place)
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
                draft.amount, draft.on = parsing.decimal(at(2)), parsing.iso_date(at(16))
                draft.payer_account = f"US-{at(7)}-{at(9)}" if at(7) and at(9) else ""
                draft.account = account_key(at(15))
            case "TRN":
                draft.trace = parsing.plain(at(2), 60)
            case "CUR":
                draft.currency = at(2)
            case "DTM" if draft.on is None:
                draft.on = parsing.iso_date(at(2))
            case "N1" if at(1) == "PR":
                draft.payer = parsing.plain(at(2), 200)
                draft.customer = parsing.plain(at(4), 60) if at(3) == _OUR_NUMBER else ""
            case "ENT":
                draft.within_document = False
            case "RMR":
                self._document(draft, place, segment)
            case "ADX":
                self._adjust(draft, place, segment)

    def _document(self, draft: _Draft, place: str, segment: list[str]) -> None:
        """RMR: number, amount paid, amount of the invoice, discount taken. A credit memo is paid with a minus."""
        draft.within_document = True
        paid = parsing.decimal(segment[4] or segment[5])
        discount = parsing.decimal(segment[6]) if segment[6] else _NONE
        for missing, what in ((not segment[2], "document number (RMR02)"), (paid is None, "amount paid (RMR04)"),
                              (discount is None, f"discount in figures (RMR06, {segment[6][:20]!r})")):  # fmt: skip
            if missing:
                self.context.add_error(place, f"RMR needs a {what}")
                return
        kind = _KINDS.get(segment[1])
        draft.documents.append(NamedDocument(segment[2], paid, abs(discount or _NONE), kind))

    def _adjust(self, draft: _Draft, place: str, segment: list[str]) -> None:
        """ADX: amount (negative where less is paid), reason, qualifier and number of the payer's document for it."""
        amount = parsing.decimal(segment[1])
        if amount is None:
            self.context.add_error(place, f"ADX needs an amount in figures (ADX01, {segment[1][:20]!r})")
            return
        if draft.within_document and draft.documents:
            document = draft.documents[-1]
            made = adjustment(-amount, code=segment[2], reference=segment[4], x12=True)
            draft.documents[-1] = replace(document, adjustments=(*document.adjustments, made))
            return
        draft.adjustments += amount
        if segment[4]:
            made = adjustment(-amount, code=segment[2], reference=segment[4], x12=True)
            draft.documents.append(NamedDocument(segment[4], amount, kind="other", adjustments=(made,)))
            draft.adjustments -= amount

    def _end_set(self, place: str, segment: list[str]) -> None:
        draft = self.draft
        if draft is None:
            self.context.fail(place, "SE ends no transaction set")
        self.draft = None
        self._count(place, "the transaction set's number of segments", segment[1], draft.segments)
        if segment[2] != draft.control:
            self.context.add_error(place, f"SE has control number {segment[2][:20]!r}, its ST {draft.control[:20]!r}")
        documents = _signed(draft)
        lines = remittance_lines(documents)
        amounts = [draft.amount or _NONE, *(value for line in lines for value in (line.amount, line.discount))]
        amounts += [one.amount for line in lines for one in line.adjustments]
        if draft.amount is None or draft.amount <= 0:
            self.context.add_error(draft.place, "BPR needs an amount above zero (BPR02)")
        elif draft.on is None:
            self.context.add_error(draft.place, "BPR needs a date (BPR16), or the set a DTM")
        elif not parsing.known_currency(draft.currency):
            self.context.unknown_currency(draft.place, draft.currency)
        elif not all(parsing.fits(amount, draft.currency) for amount in amounts):
            self.context.add_error(draft.place, f"an amount has more places than {draft.currency} is accounted in")
        elif not lines:
            self.context.add_error(draft.place, "no document is named (RMR)")
        else:
            self._advise(draft, lines, draft.amount, draft.on)

    def _advise(self, draft: _Draft, lines: tuple[RemittanceLine, ...], amount: Decimal, on: date) -> None:
        paid = sum((line.amount for line in lines), draft.adjustments)
        self.controls.append(Control(draft.place, "the sum of RMR and ADX against BPR02", amount, paid))
        self.advices.append(
            Advice(
                place=draft.place, advice_id=parsing.plain(f"820-{self.interchange}-{draft.control}", 60),
                account=draft.account, currency=draft.currency, amount=amount, advised_on=on,
                trace_number=draft.trace, payer_account=draft.payer_account, payer_name=draft.payer,
                customer_id=draft.customer, lines=lines,
            )
        )  # fmt: skip

    def _count(self, place: str, what: str, text: str, found: int) -> None:
        self.controls += parsing.stated(place, what, text, found, self.context)


def _signed(draft: _Draft) -> list[NamedDocument]:
    """The documents with the cash for each, by the reading of them that makes the payment.

    Payers state the amount paid before or after the adjustments of the document, and credit memos with or without a
    minus.
    """
    documents = draft.documents
    for credited in (False, True):
        for gross in (False, True):
            read = [_read_as(document, credited=credited, gross=gross) for document in documents]
            if sum((one.amount or _NONE for one in read), draft.adjustments) == draft.amount:
                return read
    return documents


def _read_as(document: NamedDocument, *, credited: bool, gross: bool) -> NamedDocument:
    amount = document.amount or _NONE
    if credited and document.kind == "credit_memo":
        amount = -abs(amount)
    if gross and document.kind != "other":
        amount -= sum((one.amount for one in document.adjustments), _NONE)
    return replace(document, amount=amount)


def _segments(text: str, context: ReadContext) -> Iterator[list[str]]:
    text = text.lstrip()
    if len(text) < _ISA_CHARACTERS or not text.startswith("ISA") or text[3].isalnum() or text[3].isspace():
        context.fail("segment 1", "this is no X12 interchange: it begins with an ISA segment of 106 characters")
    element, terminator = text[3], text[_ISA_CHARACTERS - 1]
    if terminator.isalnum() or terminator == element or text[:_ISA_CHARACTERS].count(element) != 16:
        context.fail("segment 1", "the ISA segment is not 106 characters of 16 elements")
    for number, segment in enumerate(text.split(terminator), start=1):
        if number > _SEGMENTS_MAX or len(segment) > context.limits.line_characters_max:
            context.fail(f"segment {number}", "too many segments, or too long a one")
        stripped = segment.strip()
        if stripped:
            yield [part.strip() for part in stripped.split(element)]
