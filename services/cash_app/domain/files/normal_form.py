"""The one form every file is read into, and what can be wrong with a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NoReturn

from shared.contracts.erp import RemittanceLine

Format = Literal[
    "bai2", "mt940", "camt.053", "camt.054", "lockbox", "x12-820", "remt.001", "remittance-csv", "card-csv"
]
EntryKind = Literal["payment", "return", "bundle", "debit", "pending"]
"""bundle: one line of the statement for many payments that are told elsewhere. debit: money out that returns nothing.
pending: announced, not booked."""
Source = Literal["statement", "notification", "lockbox", "card"]
Method = Literal["wire", "ach", "check", "card", "lockbox", "cash"]

ERRORS_MAX: Final = 200
"""So many errors of a file are named; of further ones only the number is kept."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: a line ("line 12") or a path ("Document/.../Ntry[3]")."""

    place: str
    what: str


class Unreadable(ValueError):
    """The file cannot be taken; `faults` name everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.place}: {fault.what}" for fault in faults[:3]))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Limits:
    """What of a file is read at most. `expired` is asked now and then; true ends the reading."""

    bytes_max: int = 200_000_000
    entries_max: int = 200_000
    line_characters_max: int = 10_000
    expired: Callable[[], bool] = lambda: False


@dataclass(slots=True)
class Reading:
    """One file while it is read: what was found wrong so far, and how much it may still bring."""

    limits: Limits
    faults: list[Fault] = field(default_factory=list)
    seen: int = 0
    ticks: int = 0

    def wrong(self, place: str, what: str) -> None:
        """Notes an error and goes on, so that all are named. Raises Unreadable when there are too many."""
        self.faults.append(Fault(place, what))
        if len(self.faults) >= ERRORS_MAX:
            self.faults.append(Fault(place, f"reading ends here: more than {ERRORS_MAX} errors"))
            raise Unreadable(self.faults)

    def tick(self, place: str) -> None:
        """To be called for each line or element. Raises Unreadable when the time is over."""
        self.ticks += 1
        if self.ticks % 1024 == 0 and self.limits.expired():
            self.give_up(place, "reading takes too long: split the file")

    def entry(self, place: str) -> None:
        """To be called for each entry. Raises Unreadable when there are too many."""
        self.seen += 1
        if self.seen > self.limits.entries_max:
            self.give_up(place, f"more than {self.limits.entries_max:,} entries: split the file")

    def give_up(self, place: str, what: str) -> NoReturn:
        """Raises Unreadable: nothing after this can be understood."""
        raise Unreadable([*self.faults, Fault(place, what)])

    def done(self) -> None:
        """Raises Unreadable if anything was wrong."""
        if self.faults:
            raise Unreadable(self.faults)


@dataclass(frozen=True, slots=True)
class Control:
    """A figure the file states about itself, and what its parts add up to."""

    place: str
    what: str
    stated: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement on an account of ours. `amount` in `currency`: money in is positive, money out negative."""

    place: str
    kind: EntryKind
    amount: Decimal
    currency: str
    value_date: date
    booked_on: date | None = None
    reference: str = ""
    """The bank's own reference; empty where it gave none."""
    trace_number: str = ""
    """What travels with the money: end-to-end id, ACH trace, check number, payer's reference."""
    original_reference: str = ""
    """Of a return: the bank's reference of what is returned."""
    method: Method = "wire"
    payer_account: str = ""
    payer_name: str = ""
    customer_id: str = ""
    details: str = ""
    remittance: tuple[RemittanceLine, ...] = ()
    reason_code: str = ""
    reason: str = ""
    bundle_kind: Literal["", "lockbox", "card", "deposit"] = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Payments that reach the bank as one sum: `net` = gross - fee, in the currency of their statement."""

    bundle_id: str
    kind: Literal["lockbox", "card", "deposit"]
    gross: Decimal
    fee: Decimal
    net: Decimal
    value_date: date
    payments: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What one account's bank says about it. Balances are signed: overdrawn is negative."""

    place: str
    source: Source
    account: str
    currency: str
    number: str
    """The bank's number of this statement with that of its page; empty where it gives none."""
    on: date
    opening: Decimal | None
    closing: Decimal | None
    entries: tuple[Entry, ...]
    bundles: tuple[Bundle, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """A remittance advice: what a payer says a payment is for. `amount` is the cash of the whole payment."""

    place: str
    advice_id: str
    account: str
    """The account of ours that is paid; empty where the advice does not say."""
    currency: str
    amount: Decimal
    advised_on: date
    trace_number: str = ""
    payer_account: str = ""
    payer_name: str = ""
    customer_id: str = ""
    lines: tuple[RemittanceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class BankFile:
    """A whole file. `controls` have not been compared yet."""

    format: Format
    statements: tuple[Statement, ...] = ()
    advices: tuple[Advice, ...] = ()
    controls: tuple[Control, ...] = ()
    doubts: tuple[Fault, ...] = ()
    """What can be read, but does not hold together."""
