"""BAI2 balance reports (Cash Management Balance Reporting Specifications, Version 2; ANSI X9.121).

Records of comma-separated fields end with a slash: 01 file, 02 group, 03 account, 16 transaction, 88 continuation,
49, 98 and 99 totals. The control totals add up every amount of the records before them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.files import figures
from services.cash_app.domain.files.normal_form import (
    BankFile,
    Control,
    Entry,
    EntryKind,
    Limits,
    Method,
    Reading,
    Statement,
)

OPENING: Final = ("010", "040")
"""Opening ledger, else opening available; the closing of the same kind goes with it."""
CLOSING: Final = ("015", "045")
RETURNS: Final = frozenset({"552", "555", "557", "558", "566"})
"""Credit reversal, deposited item returned, ACH return item, ACH reversal, return item. Types for any debit say it in
words."""
BUNDLES: Final = {"115": "lockbox", "116": "lockbox", "301": "deposit"}
"""Lockbox deposit, item in a lockbox deposit, commercial deposit: their checks are told by another file or a clerk."""
_RETURNED: Final = re.compile(
    r"\b(RETURNED|RTN|RETURN)\b.*\b(CHEQUES?|CHECKS?|ITEMS?|UNKNOWN|ACH)\b|\bNSF\b|\bR/D ITEM\b", re.A
)
_FEE: Final = re.compile(r"\b(SERVICE|CHRG|CHARGE|FEE)\b", re.A)
_ACH: Final = frozenset({"142", "143", "145", "165", "166", "169"})
_CHECKS: Final = frozenset({"171", "172", "173", "174", "175", "176"})


@dataclass(slots=True)
class _Record:
    place: str
    code: str
    fields: list[str]
    rows: int


@dataclass(slots=True)
class _Account:
    place: str
    number: str
    currency: str
    on: date
    balances: dict[str, Decimal] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    total: Decimal = Decimal(0)
    rows: int = 0


@dataclass(slots=True)
class _Group:
    place: str
    on: date
    currency: str
    total: Decimal = Decimal(0)
    accounts: int = 0
    rows: int = 0


def read_bai2(content: bytes, limits: Limits) -> BankFile:
    """Raises Unreadable with every record that is wrong."""
    reader = _Reader(Reading(limits))
    for record in _records(content, reader.reading):
        reader.take(record)
    return reader.finished()


def _records(content: bytes, reading: Reading) -> list[_Record]:
    """The records with their continuations put behind them."""
    records: list[_Record] = []
    for number, line in figures.lines_of(content, reading):
        code, place = line[:2], f"line {number}"
        body = line[3:].rstrip()
        fields = body.removesuffix("/").split(",")
        if code == "88":
            if not records:
                reading.give_up(place, "a continuation (88) of nothing")
            _continue(records[-1], fields, body)
            continue
        if code not in {"01", "02", "03", "16", "49", "98", "99"}:
            reading.give_up(place, f"a record of kind {code!r}: BAI2 knows 01, 02, 03, 16, 88, 49, 98 and 99")
        records.append(_Record(place, code, fields, 1))
    return records


def _continue(record: _Record, fields: list[str], body: str) -> None:
    """An account's fields go on behind those before; a transaction's text goes on as text."""
    record.rows += 1
    if record.code == "16":
        record.fields.append(body.removesuffix("/"))
        return
    record.fields += fields


class _Reader:
    """Takes the records one after the other; keeps what they add up to."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.statements: list[Statement] = []
        self.controls: list[Control] = []
        self.group: _Group | None = None
        self.account: _Account | None = None
        self.total, self.groups, self.rows = Decimal(0), 0, 0
        self.file_id, self.began, self.ended = "", False, False

    def take(self, record: _Record) -> None:
        self.rows += record.rows
        if self.ended or (not self.began and record.code != "01"):
            self.reading.give_up(record.place, f"record {record.code} outside of a file: 01 begins one, 99 ends it")
        {
            "01": self._file, "02": self._group, "03": self._account, "16": self._transaction,
            "49": self._end_account, "98": self._end_group, "99": self._end_file,
        }[record.code](record)  # fmt: skip

    def finished(self) -> BankFile:
        if not self.ended:
            self.reading.give_up("end of file", "there is no 99 record: the file was cut off")
        self.reading.done()
        return BankFile("bai2", tuple(self.statements), controls=tuple(self.controls))

    def _file(self, record: _Record) -> None:
        if self.began:
            self.reading.give_up(record.place, "a second 01 record: one file at a time")
        self.began, self.file_id = True, figures.plain(f"{_at(record, 2)}-{_at(record, 4)}", 40)

    def _group(self, record: _Record) -> None:
        if self.group is not None:
            self.reading.give_up(record.place, "a group begins before the one before ended with 98")
        on = figures.yymmdd(_at(record, 3))
        if on is None:
            self.reading.give_up(record.place, f"the as-of date {_at(record, 3)!r} is no date")
        self.group = _Group(record.place, on, self._currency(_at(record, 5) or "USD", record.place), rows=record.rows)

    def _account(self, record: _Record) -> None:
        if self.group is None or self.account is not None:
            self.reading.give_up(record.place, "an account (03) must be within a group and after the 49 of the last")
        currency = self._currency(_at(record, 1) or self.group.currency, record.place)
        account = _Account(record.place, figures.account_key(_at(record, 0)), currency, self.group.on)
        account.rows = record.rows
        if not account.number:
            self.reading.wrong(record.place, "the account has no number")
        self.account = account
        self._summaries(record, account)

    def _summaries(self, record: _Record, account: _Account) -> None:
        """Status and summary amounts: code, amount, item count, funds type, one after the other."""
        at = 2
        while at < len(record.fields):
            code, text = record.fields[at].strip(), _at(record, at + 1)
            at += 4 + _funds_fields(record.fields, at + 3)
            if not code or not text:
                continue
            amount = figures.whole(text)
            if amount is None:
                self.reading.wrong(record.place, f"the amount {text!r} of type {code} is no whole number")
                continue
            account.balances[code] = figures.minor_units(amount, account.currency)
            account.total += amount

    def _transaction(self, record: _Record) -> None:
        account = self.account
        if account is None:
            self.reading.give_up(record.place, "a transaction (16) outside of an account")
        self.reading.entry(record.place)
        account.rows += record.rows
        code, text = _at(record, 0), _at(record, 1)
        whole = figures.whole(text)
        if whole is None or whole < 0:
            self.reading.wrong(record.place, f"the amount {text!r} is no whole number of the currency's smallest unit")
            return
        if not code.isascii() or not code.isdigit() or len(code) != 3:
            self.reading.wrong(record.place, f"the type code {code!r} is not three digits")
            return
        account.total += whole
        funds = _funds_fields(record.fields, 2)
        value_date = account.on
        if _at(record, 2) == "V":
            stated = figures.yymmdd(_at(record, 3))
            if stated is None:
                self.reading.wrong(record.place, f"the value date {_at(record, 3)!r} is no date")
            value_date = stated or account.on
        amount = figures.minor_units(whole, account.currency)
        if amount:
            account.entries.append(_entry(record, code, amount, account.currency, value_date, 3 + funds))

    def _end_account(self, record: _Record) -> None:
        account, group = self.account, self.group
        if account is None or group is None:
            self.reading.give_up(record.place, "a 49 record that ends no account")
        account.rows += record.rows
        self._stated(record, 0, "the account's control total", account.total)
        self._stated(record, 1, "the account's number of records", account.rows)
        group.total += account.total
        group.accounts += 1
        group.rows += account.rows
        opening, closing = _balances(account)
        number = f"{self.file_id}/{len(self.statements) + 1}"
        self.statements.append(
            Statement(
                account.place, "statement", account.number, account.currency, number, account.on, opening, closing,
                tuple(account.entries),
            )
        )  # fmt: skip
        self.account = None

    def _end_group(self, record: _Record) -> None:
        group = self.group
        if group is None or self.account is not None:
            self.reading.give_up(record.place, "a 98 record that ends no group, or comes before the account's 49")
        group.rows += record.rows
        self._stated(record, 0, "the group's control total", group.total)
        self._stated(record, 1, "the group's number of accounts", group.accounts)
        self._stated(record, 2, "the group's number of records", group.rows)
        self.total += group.total
        self.groups += 1
        self.group = None

    def _end_file(self, record: _Record) -> None:
        if self.group is not None:
            self.reading.give_up(record.place, "the file ends before its last group ended with 98")
        self._stated(record, 0, "the file's control total", self.total)
        self._stated(record, 1, "the file's number of groups", self.groups)
        self._stated(record, 2, "the file's number of records", self.rows)
        self.ended = True

    def _stated(self, record: _Record, at: int, what: str, found: Decimal | int) -> None:
        self.controls += figures.stated(record.place, what, _at(record, at), found, self.reading)

    def _currency(self, code: str, place: str) -> str:
        if not figures.known_currency(code):
            self.reading.give_up(place, f"unknown currency {code[:10]!r}: use an ISO 4217 code such as USD or EUR")
        return code


def _at(record: _Record, position: int) -> str:
    return record.fields[position].strip() if position < len(record.fields) else ""


def _funds_fields(fields: list[str], at: int) -> int:
    """How many fields the funds type at `at` has behind it: V date and time, S three amounts, D pairs."""
    kind = fields[at].strip() if at < len(fields) else ""
    if kind == "V":
        return 2
    if kind == "S":
        return 3
    if kind == "D" and at + 1 < len(fields):
        pairs = fields[at + 1].strip()
        return 1 + 2 * int(pairs) if pairs.isascii() and pairs.isdigit() and len(pairs) < 4 else 1
    return 0


def _entry(record: _Record, code: str, amount: Decimal, currency: str, value_date: date, at: int) -> Entry:
    details = figures.plain(" ".join(field for field in record.fields[at + 2 :] if field), 500)
    kind, signed = _kind(code, details, amount)
    bundle = BUNDLES.get(code, "") if kind == "bundle" else ""
    returned = kind == "return"
    return Entry(
        place=record.place, kind=kind, amount=signed, currency=currency, value_date=value_date,
        reference=figures.plain(_at(record, at), 60), trace_number=figures.plain(_at(record, at + 1), 60),
        method=_method(code), details=details, reason_code=code if returned else "",
        reason=details if returned else "", bundle_kind=bundle,  # type: ignore[arg-type]  # one of BUNDLES
    )  # fmt: skip


def _kind(code: str, details: str, amount: Decimal) -> tuple[EntryKind, Decimal]:
    """Credits are 100 to 399, debits 400 to 699 by the specification; the banks' own codes above are not known."""
    if "100" <= code <= "399":
        return ("bundle" if code in BUNDLES else "payment"), amount
    words = details.upper()
    if code in RETURNS or (_RETURNED.search(words) and not _FEE.search(words)):
        return "return", -amount
    return "debit", -amount


def _method(code: str) -> Method:
    if code in _ACH or code in RETURNS:
        return "ach"
    return "check" if code in _CHECKS else "wire"


def _balances(account: _Account) -> tuple[Decimal | None, Decimal | None]:
    for opening, closing in zip(OPENING, CLOSING, strict=True):
        if opening in account.balances and closing in account.balances:
            return account.balances[opening], account.balances[closing]
    return None, None
