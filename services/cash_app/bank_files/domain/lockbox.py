"""BAI lockbox files: fixed-width records of one lockbox service's batches of checks.

1 file header, 2 service, 5 batch header, 6 check, 4 remittance of the check before it, 7 batch total, 8 lockbox total,
9 end with the number of records. Amounts are in cents of US dollars, as lockboxes are an American service.

Behind its first eleven characters a 4 record has the number (16 characters), the amount (10) and the deduction (10), as
SAP's lockbox import and several banks lay it out; or the number alone; or number, blanks and amount.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import BankFile, Bundle, Control, Entry, Statement
from services.cash_app.bank_files.domain.read_context import Limits, ReadContext
from services.cash_app.bank_files.domain.remittance import LINES_MAX, NamedDocument, adjustment, understand
from services.cash_app.payments.domain.account_number import account_key

CURRENCY: Final = "USD"
_WITH_AMOUNT: Final = re.compile(r"(?P<number>\S.*?)\s+(?P<cents>\d{10})\s*$", re.A)
_NUMBER, _AMOUNT, _DEDUCTION = slice(11, 27), slice(27, 37), slice(37, 47)


@dataclass(slots=True)
class _Check:
    place: str
    item: str
    amount: Decimal
    account: str
    number: str
    payer: str
    documents: list[NamedDocument] = field(default_factory=list)


@dataclass(slots=True)
class _Batch:
    place: str
    number: str
    lockbox: str
    on: date
    checks: list[_Check] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return sum((check.amount for check in self.checks), Decimal(0))


def read_lockbox(content: bytes, limits: Limits) -> BankFile:
    """Raises UnreadableFile with every record that is wrong."""
    reader = _Reader(ReadContext(limits))
    for number, line in parsing.lines_of(content, reader.context):
        reader.take(f"line {number}", line)
    return reader.finished()


class _Reader:
    def __init__(self, context: ReadContext) -> None:
        self.context = context
        self.controls: list[Control] = []
        self.batches: list[_Batch] = []
        self.open: _Batch | None = None
        self.totalled = 0
        self.records = 0
        self.began = self.ended = False

    def take(self, place: str, line: str) -> None:
        kind = line[:1]
        self.records += 1
        if self.ended or (not self.began and kind != "1"):
            self.context.fail(place, f"record {kind!r} outside of a file: 1 begins one, 9 ends it")
        match kind:
            case "1":
                self.began = True
            case "2":
                pass
            case "5":
                self._begin_batch(place, line)
            case "6":
                self._check(place, line)
            case "4":
                self._remittance(place, line)
            case "7":
                self._end_batch(place, line)
            case "8":
                self._end_lockbox(place, line)
            case "9":
                self.ended = True
                self._count(place, "the file's number of records", line[1:7], self.records)
            case _:
                self.context.fail(place, f"a record of kind {kind!r}: a lockbox file has 1, 2 and 4 to 9")

    def finished(self) -> BankFile:
        if not self.ended:
            self.context.fail("end of file", "there is no 9 record: the file was cut off")
        if self.open is not None:
            self.context.add_error(self.open.place, f"batch {self.open.number} has no total (7)")
        self.context.raise_errors()
        return BankFile("lockbox", tuple(map(_statement, self.batches)), controls=tuple(self.controls))

    def _begin_batch(self, place: str, line: str) -> None:
        if self.open is not None:
            self.context.fail(place, f"a batch begins before batch {self.open.number} ended with 7")
        on = parsing.yymmdd(line[14:20])
        if on is None:
            self.context.fail(place, f"the processing date {line[14:20]!r} is no date")
        self.open = _Batch(place, line[1:4].strip(), account_key(line[7:14]), on)
        if not self.open.lockbox:
            self.context.add_error(place, "the batch names no lockbox")

    def _check(self, place: str, line: str) -> None:
        if self.open is None:
            self.context.fail(place, "a check (6) outside of a batch: 5 begins one")
        self.context.count_entry(place)
        cents = parsing.whole(line[7:17])
        if cents is None or cents <= 0:
            self.context.add_error(place, f"the amount {line[7:17]!r} of the check is no positive number of cents")
            return
        self.open.checks.append(
            _Check(
                place, line[1:7].strip(), parsing.minor_units(cents, CURRENCY), _payer_account(line),
                parsing.plain(line[36:46], 40).lstrip("0"), parsing.plain(line[52:82], 200),
            )
        )  # fmt: skip

    def _remittance(self, place: str, line: str) -> None:
        """The document, with the amount paid on it where the bank captures one: ten digits at the end."""
        if self.open is None or not self.open.checks or line[1:7].strip() != self.open.checks[-1].item:
            self.context.add_error(place, "a remittance (4) that does not follow its check (6)")
            return
        document, check = _document(line), self.open.checks[-1]
        if document.number and len(check.documents) < LINES_MAX:
            check.documents.append(document)

    def _end_batch(self, place: str, line: str) -> None:
        batch = self.open
        if batch is None:
            self.context.fail(place, "a batch total (7) that ends no batch")
        self._count(place, f"the number of checks of batch {batch.number}", line[20:23], len(batch.checks))
        self._amount(place, f"the total of batch {batch.number}", line[23:33], batch.total)
        self.batches.append(batch)
        self.open = None

    def _end_lockbox(self, place: str, line: str) -> None:
        if self.open is not None:
            self.context.fail(place, f"the lockbox ends before batch {self.open.number} ended with 7")
        batches = self.batches[self.totalled :]
        self.totalled = len(self.batches)
        self._count(place, "the lockbox's number of checks", line[20:24], sum(len(batch.checks) for batch in batches))
        self._amount(place, "the lockbox's total", line[24:34], sum((batch.total for batch in batches), Decimal(0)))

    def _count(self, place: str, what: str, text: str, found: int) -> None:
        self.controls += parsing.stated(place, what, text, found, self.context)

    def _amount(self, place: str, what: str, text: str, found: Decimal) -> None:
        cents = parsing.whole(text)
        if cents is None:
            self.context.add_error(place, f"{what} {text!r} is no number of cents")
        else:
            self.controls.append(Control(place, what, parsing.minor_units(cents, CURRENCY), found))


def _document(line: str) -> NamedDocument:
    """A 4 record's document: in fixed fields where they hold figures, else the number with an amount at the end."""
    fields = line.rstrip().ljust(47)
    number, amount, deduction = (fields[part].strip() for part in (_NUMBER, _AMOUNT, _DEDUCTION))
    if number and len(fields) == 47 and _cents(amount) and (not deduction or _cents(deduction)):
        kept = parsing.minor_units(Decimal(deduction or 0), CURRENCY)
        adjustments = (adjustment(kept, text="deduction of a lockbox remittance"),) if kept else ()
        return NamedDocument(number, parsing.minor_units(Decimal(amount), CURRENCY), adjustments=adjustments)
    text = parsing.plain(line[11:], 120)
    match = _WITH_AMOUNT.match(text)
    if match is None:
        return NamedDocument(text, None)
    return NamedDocument(match["number"], parsing.minor_units(Decimal(match["cents"]), CURRENCY))


def _cents(text: str) -> bool:
    return len(text) == 10 and text.isascii() and text.isdigit()


def _net_of_deductions(documents: list[NamedDocument], check: Decimal) -> list[NamedDocument]:
    """Some banks state amounts before the deduction: so where the check is their sum less the deductions."""
    if any(document.amount is None for document in documents):
        return documents
    stated = sum((document.amount or Decimal(0) for document in documents), Decimal(0))
    kept = sum((one.amount for document in documents for one in document.adjustments), Decimal(0))
    if not kept or stated - kept != check:
        return documents
    return [
        replace(d, amount=(d.amount or Decimal(0)) - sum((one.amount for one in d.adjustments), Decimal(0)))
        for d in documents
    ]


def _payer_account(line: str) -> str:
    """Routing and account number from the check's magnetic line."""
    routing, account = account_key(line[17:26]), account_key(line[26:36])
    return f"US-{routing}-{account}" if routing and account else ""


def _statement(batch: _Batch) -> Statement:
    name = f"{batch.lockbox}-{batch.on:%Y%m%d}-{batch.number}"
    bundle = Bundle(name, "lockbox", batch.total, Decimal(0), batch.total, batch.on, len(batch.checks))
    return Statement(
        batch.place, "lockbox", batch.lockbox, CURRENCY, batch.number, batch.on, None, None,
        tuple(_entry(check, batch, name) for check in batch.checks), (bundle,) if batch.checks else (),
    )  # fmt: skip


def _entry(check: _Check, batch: _Batch, name: str) -> Entry:
    remittance = understand(_net_of_deductions(check.documents, check.amount), check.amount)
    return Entry(
        place=check.place, kind="payment", amount=check.amount, currency=CURRENCY, value_date=batch.on,
        booked_on=batch.on, reference=f"{name}-{check.item}", trace_number=check.number, method="lockbox",
        payer_account=check.account, payer_name=check.payer, details=parsing.words(" ".join(remittance.unpriced)),
        references=parsing.references(("check_number", check.number)), remittance=remittance.lines,
        remittance_note=remittance.note,
    )  # fmt: skip
