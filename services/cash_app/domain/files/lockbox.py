"""BAI lockbox files: fixed-width records of one lockbox service's batches of checks.

1 file header, 2 service, 5 batch header, 6 check, 4 remittance of the check before it, 7 batch total, 8 lockbox total,
9 end with the number of records. Amounts are in cents of US dollars, as lockboxes are an American service.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.files import figures
from services.cash_app.domain.files.normal_form import BankFile, Bundle, Control, Entry, Limits, Reading, Statement

CURRENCY: Final = "USD"
_WITH_AMOUNT: Final = re.compile(r"(?P<number>\S.*?)\s+(?P<cents>\d{10})\s*$", re.A)
_REMITTANCE_MAX: Final = 2_000


@dataclass(slots=True)
class _Check:
    place: str
    item: str
    amount: Decimal
    account: str
    number: str
    payer: str
    documents: list[tuple[str, Decimal | None]] = field(default_factory=list)


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
    """Raises Unreadable with every record that is wrong."""
    reader = _Reader(Reading(limits))
    for number, line in figures.lines_of(content, reader.reading):
        reader.take(f"line {number}", line)
    return reader.finished()


class _Reader:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
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
            self.reading.give_up(place, f"record {kind!r} outside of a file: 1 begins one, 9 ends it")
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
                self.reading.give_up(place, f"a record of kind {kind!r}: a lockbox file has 1, 2 and 4 to 9")

    def finished(self) -> BankFile:
        if not self.ended:
            self.reading.give_up("end of file", "there is no 9 record: the file was cut off")
        if self.open is not None:
            self.reading.wrong(self.open.place, f"batch {self.open.number} has no total (7)")
        self.reading.done()
        return BankFile("lockbox", tuple(map(_statement, self.batches)), controls=tuple(self.controls))

    def _begin_batch(self, place: str, line: str) -> None:
        if self.open is not None:
            self.reading.give_up(place, f"a batch begins before batch {self.open.number} ended with 7")
        on = figures.yymmdd(line[14:20])
        if on is None:
            self.reading.give_up(place, f"the processing date {line[14:20]!r} is no date")
        self.open = _Batch(place, line[1:4].strip(), figures.account_key(line[7:14]), on)
        if not self.open.lockbox:
            self.reading.wrong(place, "the batch names no lockbox")

    def _check(self, place: str, line: str) -> None:
        if self.open is None:
            self.reading.give_up(place, "a check (6) outside of a batch: 5 begins one")
        self.reading.entry(place)
        cents = figures.whole(line[7:17])
        if cents is None or cents <= 0:
            self.reading.wrong(place, f"the amount {line[7:17]!r} of the check is no positive number of cents")
            return
        self.open.checks.append(
            _Check(
                place, line[1:7].strip(), figures.minor_units(cents, CURRENCY), _payer_account(line),
                figures.plain(line[36:46], 40).lstrip("0"), figures.plain(line[52:82], 200),
            )
        )  # fmt: skip

    def _remittance(self, place: str, line: str) -> None:
        """The document, with the amount paid on it where the bank captures one: ten digits at the end."""
        if self.open is None or not self.open.checks or line[1:7].strip() != self.open.checks[-1].item:
            self.reading.wrong(place, "a remittance (4) that does not follow its check (6)")
            return
        text, check = figures.plain(line[11:], 120), self.open.checks[-1]
        match = _WITH_AMOUNT.match(text)
        amount = figures.minor_units(Decimal(match["cents"]), CURRENCY) if match else None
        if text and len(check.documents) < _REMITTANCE_MAX:
            check.documents.append((match["number"] if match else text, amount))

    def _end_batch(self, place: str, line: str) -> None:
        batch = self.open
        if batch is None:
            self.reading.give_up(place, "a batch total (7) that ends no batch")
        self._count(place, f"the number of checks of batch {batch.number}", line[20:23], len(batch.checks))
        self._amount(place, f"the total of batch {batch.number}", line[23:33], batch.total)
        self.batches.append(batch)
        self.open = None

    def _end_lockbox(self, place: str, line: str) -> None:
        if self.open is not None:
            self.reading.give_up(place, f"the lockbox ends before batch {self.open.number} ended with 7")
        batches = self.batches[self.totalled :]
        self.totalled = len(self.batches)
        self._count(place, "the lockbox's number of checks", line[20:24], sum(len(batch.checks) for batch in batches))
        self._amount(place, "the lockbox's total", line[24:34], sum((batch.total for batch in batches), Decimal(0)))

    def _count(self, place: str, what: str, text: str, found: int) -> None:
        self.controls += figures.stated(place, what, text, found, self.reading)

    def _amount(self, place: str, what: str, text: str, found: Decimal) -> None:
        cents = figures.whole(text)
        if cents is None:
            self.reading.wrong(place, f"{what} {text!r} is no number of cents")
        else:
            self.controls.append(Control(place, what, figures.minor_units(cents, CURRENCY), found))


def _payer_account(line: str) -> str:
    """Routing and account number from the check's magnetic line."""
    routing, account = figures.account_key(line[17:26]), figures.account_key(line[26:36])
    return f"US-{routing}-{account}" if routing and account else ""


def _statement(batch: _Batch) -> Statement:
    name = f"{batch.lockbox}-{batch.on:%Y%m%d}-{batch.number}"
    bundle = Bundle(name, "lockbox", batch.total, Decimal(0), batch.total, batch.on, len(batch.checks))
    return Statement(
        batch.place, "lockbox", batch.lockbox, CURRENCY, batch.number, batch.on, None, None,
        tuple(_entry(check, batch, name) for check in batch.checks), (bundle,) if batch.checks else (),
    )  # fmt: skip


def _entry(check: _Check, batch: _Batch, name: str) -> Entry:
    documents = check.documents
    if len(documents) == 1 and documents[0][1] is None:
        documents = [(documents[0][0], check.amount)]
    lines = figures.remittance((number, amount, Decimal(0)) for number, amount in documents if amount is not None)
    bare = [number for number, amount in documents if amount is None]
    return Entry(
        place=check.place, kind="payment", amount=check.amount, currency=CURRENCY, value_date=batch.on,
        booked_on=batch.on, reference=f"{name}-{check.item}", trace_number=check.number, method="lockbox",
        payer_account=check.account, payer_name=check.payer, details=figures.plain(" ".join(bare), 500),
        remittance=lines if not bare else (),
    )  # fmt: skip
