"""BAI2 balance reports (Cash Management Balance Reporting Specifications, Version 2; ANSI X9.121).

Records: 01 file, 02 group, 03 account, 16 transaction, 88 continuation, 49, 98 and 99 totals. The control totals add
up every amount of the records before them. Group status: 1 update, 2 deletion, 3 correction, 4 test only. As-of-date
modifier: 1 and 3 interim data, 2 and 4 final data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bai2_codes import BUNDLES, direction, kind_of, method_of
from services.cash_app.bank_files.domain.bai2_records import Record, Transaction, records_of, summaries, transaction
from services.cash_app.bank_files.domain.bank_file import BankFile, Control, Entry, Statement
from services.cash_app.bank_files.domain.read_context import Limits, ReadContext
from services.cash_app.payments.domain.account_number import account_key

OPENING: Final = ("010", "040")
"""Opening ledger, else opening available; the closing of the same kind goes with it."""
CLOSING: Final = ("015", "045")
AVAILABLE: Final = "045"
"""Closing available."""
_STATUS: Final = {"2": "deletion", "3": "correction"}
_TEST: Final = "4"
_INTERIM: Final = frozenset({"1", "3"})


@dataclass(slots=True)
class _Group:
    place: str
    on: date
    currency: str
    status: str
    interim: bool
    total: Decimal = Decimal(0)
    accounts: int = 0
    rows: int = 0


@dataclass(slots=True)
class _Account:
    place: str
    number: str
    currency: str
    group: _Group
    header: Record
    entries: list[Entry] = field(default_factory=list)
    total: Decimal = Decimal(0)
    """Of the transactions alone; the summaries come to it at the end."""
    rows: int = 0


def read_bai2(content: bytes, limits: Limits) -> BankFile:
    """Raises UnreadableFile with every record that is wrong."""
    reader = _Reader(ReadContext(limits))
    for record in records_of(content, reader.context):
        reader.take(record)
    return reader.finished()


class _Reader:
    """Takes the records one after the other; keeps what they add up to."""

    def __init__(self, context: ReadContext) -> None:
        self.context = context
        self.statements: list[Statement] = []
        self.controls: list[Control] = []
        self.group: _Group | None = None
        self.account: _Account | None = None
        self.total, self.groups, self.rows = Decimal(0), 0, 0
        self.file_id, self.within, self.ended = "", False, False

    def take(self, record: Record) -> None:
        if not self.within and record.code != "01":
            self.context.fail(record.place, f"record {record.code} outside of a file: 01 begins one, 99 ends it")
        self.rows += record.rows
        {
            "01": self._file, "02": self._begin_group, "03": self._begin_account, "16": self._transaction,
            "49": self._end_account, "98": self._end_group, "99": self._end_file,
        }[record.code](record)  # fmt: skip

    def finished(self) -> BankFile:
        if self.within or not self.ended:
            self.context.fail("end of file", "there is no 99 record: the file was cut off")
        self.context.raise_errors()
        return BankFile("bai2", tuple(self.statements), controls=tuple(self.controls))

    def _file(self, record: Record) -> None:
        if self.within:
            self.context.fail(record.place, "a second 01 record before the 99 of the file before")
        self.within, self.file_id = True, parsing.plain(f"{record.at(2)}-{record.at(4)}", 40)
        self.total, self.groups, self.rows = Decimal(0), 0, record.rows

    def _begin_group(self, record: Record) -> None:
        if self.group is not None:
            self.context.fail(record.place, "a group begins before the one before ended with 98")
        on = parsing.yymmdd(record.at(3))
        if on is None:
            self.context.fail(record.place, f"the as-of date {record.at(3)!r} is no date: expected is YYMMDD")
        status = record.at(2)
        if status not in {"", "1", "2", "3", _TEST}:
            what = f"the group status {status[:5]!r} is not known: expected is 1, 2, 3 or 4"
            self.context.add_error(record.place, what)
        currency = record.at(5) or "USD"
        self.group = _Group(record.place, on, currency, status, record.at(6) in _INTERIM, rows=record.rows)

    def _begin_account(self, record: Record) -> None:
        group = self.group
        if group is None or self.account is not None:
            self.context.fail(record.place, "an account (03) must be within a group and after the 49 of the last")
        currency = record.at(1) or group.currency
        account = _Account(record.place, account_key(record.at(0)), currency, group, record)
        account.rows = record.rows
        if not parsing.known_currency(currency):
            self.context.unknown_currency(record.place, currency)
        if not account.number:
            self.context.add_error(record.place, "the account has no number")
        self.account = account

    def _transaction(self, record: Record) -> None:
        account = self.account
        if account is None:
            self.context.fail(record.place, "a transaction (16) outside of an account: 03 begins one")
        self.context.count_entry(record.place)
        account.rows += record.rows
        read = transaction(record)
        if not read.code.isascii() or not read.code.isdigit() or len(read.code) != 3:
            what = f"the type code {read.code[:10]!r} is no code: expected are three digits, 100 to 999"
            self.context.add_error(record.place, what)
            return
        way = direction(read.code)
        amount = parsing.whole(read.amount or ("0" if way == "none" else ""))
        if amount is None or amount < 0:
            what = f"the amount {read.amount[:20]!r} is no whole number of the currency's smallest unit"
            self.context.add_error(record.place, what)
            return
        account.total += amount
        if way is None and amount:
            what = (
                f"type code {read.code} is neither a credit (100 to 399, 920 to 959) nor a debit (400 to 699, 960 to "
                "999): ask the bank which it is, and to send it under such a code"
            )
            self.context.add_error(record.place, what)
        elif amount and way != "none" and parsing.known_currency(account.currency):
            self._entry(record.place, read, amount, account)

    def _entry(self, place: str, read: Transaction, amount: Decimal, account: _Account) -> None:
        value_date = account.group.on
        if read.value_date:
            stated = parsing.yymmdd(read.value_date)
            if stated is None:
                what = f"the value date {read.value_date[:10]!r} is no date: expected is YYMMDD"
                self.context.add_error(place, what)
            value_date = stated or value_date
        money = parsing.minor_units(amount, account.currency)
        account.entries.append(_entry_of(place, read, money, account, value_date))

    def _end_account(self, record: Record) -> None:
        account, group = self.account, self.group
        if account is None or group is None:
            self.context.fail(record.place, "a 49 record that ends no account")
        account.rows += record.rows
        stated = parsing.whole(record.at(0)) if record.at(0) else None
        balances = self._summaries(account, None if stated is None else stated - account.total)
        self._stated(record, 0, "the account's control total", account.total)
        self._stated(record, 1, "the account's number of records", account.rows)
        group.total += account.total
        group.accounts += 1
        group.rows += account.rows
        self.account = None
        if group.status in _STATUS and account.entries:
            status = _STATUS[group.status]
            what = (
                f"the group has status {group.status} ({status}): a {status} of transactions is not read. Undo what "
                "the file before reported, by hand, or ask the bank for the whole day as an update (status 1)"
            )
            self.context.add_error_once(f"group {group.place}", group.place, what)
        elif parsing.known_currency(account.currency):
            self.statements.append(self._statement(account, group, balances))

    def _summaries(self, account: _Account, total: Decimal | None) -> dict[str, Decimal]:
        """The balances by type code; their amounts count in the control total."""
        balances: dict[str, Decimal] = {}
        for one in summaries(account.header, total):
            amount = parsing.whole(one.amount) if one.amount else None
            if one.amount and amount is None:
                what = f"the amount {one.amount[:20]!r} of type {one.code[:10]} is no whole number"
                self.context.add_error(account.place, what)
            elif amount is not None:
                account.total += amount
                if parsing.known_currency(account.currency):
                    balances[one.code] = parsing.minor_units(amount, account.currency)
        return balances

    def _statement(self, account: _Account, group: _Group, balances: dict[str, Decimal]) -> Statement:
        opening, closing = next(
            (
                (balances[opening], balances[closing])
                for opening, closing in zip(OPENING, CLOSING, strict=True)
                if opening in balances and closing in balances
            ),
            (None, balances.get(CLOSING[0])),
        )
        return Statement(
            account.place, "interim" if group.interim else "statement", account.number, account.currency,
            f"{self.file_id}/{len(self.statements) + 1}", group.on, opening, closing, tuple(account.entries),
            test=group.status == _TEST, available=balances.get(AVAILABLE),
        )  # fmt: skip

    def _end_group(self, record: Record) -> None:
        group = self.group
        if group is None or self.account is not None:
            self.context.fail(record.place, "a 98 record that ends no group, or comes before the account's 49")
        group.rows += record.rows
        self._stated(record, 0, "the group's control total", group.total)
        self._stated(record, 1, "the group's number of accounts", group.accounts)
        self._stated(record, 2, "the group's number of records", group.rows)
        self.total += group.total
        self.groups += 1
        self.group = None

    def _end_file(self, record: Record) -> None:
        if self.group is not None:
            self.context.fail(record.place, "the file ends before its last group ended with 98")
        self._stated(record, 0, "the file's control total", self.total)
        self._stated(record, 1, "the file's number of groups", self.groups)
        self._stated(record, 2, "the file's number of records", self.rows)
        self.within, self.ended = False, True

    def _stated(self, record: Record, at: int, what: str, found: Decimal | int) -> None:
        """An empty total states nothing, and there is nothing to compare."""
        if record.at(at):
            self.controls += parsing.stated(record.place, what, record.at(at), found, self.context)


def _entry_of(place: str, read: Transaction, amount: Decimal, account: _Account, value_date: date) -> Entry:
    details = parsing.plain(read.text, parsing.WORDS_CHARACTERS_MAX)
    kind = kind_of(read.code, details)
    back = kind in {"return", "own_payment_returned"}
    return Entry(
        place=place, kind=kind, amount=amount if direction(read.code) == "credit" else -amount,
        currency=account.currency, value_date=value_date, reference=parsing.reference(read.bank_reference),
        trace_number=parsing.reference(read.customer_reference), method=method_of(read.code), details=details,
        references=parsing.references(("payer_reference", read.customer_reference)),
        reason_code=read.code if back else "", reason=parsing.plain(details, 300) if back else "",
        bank_code=read.code,
        bundle_kind=BUNDLES[read.code] if kind == "bundle" else "",
    )  # fmt: skip
