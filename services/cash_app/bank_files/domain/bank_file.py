"""The one form that every file is read into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from services.cash_app.bank_files.domain.read_context import FileError
from shared.contracts.erp import BankMethod, PaymentReference, RemittanceLine

Format = Literal[
    "bai2", "mt940", "mt942", "camt.052", "camt.053", "camt.054", "lockbox", "x12-820", "remt.001", "remittance-csv",
    "card-csv",
]  # fmt: skip
EntryKind = Literal["payment", "return", "own_payment_returned", "bundle", "charge", "debit", "pending", "test"]
"""return: a customer's payment goes back. own_payment_returned: money that we paid comes back, such as a refund.
bundle: one line of the statement for many payments that are reported elsewhere. charge: kept back by the bank from
payments that are reported gross. debit: money out that returns nothing. pending: announced, not booked. test: of a
group that the bank sends as a test."""
Source = Literal["statement", "notification", "interim", "lockbox", "card"]
"""notification: payments as they arrive (camt.054). interim: a report within the day, which the statement repeats
(camt.052, MT942, BAI2 interim data)."""
Method = BankMethod
BundleKind = Literal["lockbox", "card", "deposit", "collective"]
"""collective: one booking of the statement whose payments a notification reports."""


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
    collective_reference: str = ""
    """The bank's reference of the booking that this entry is a part of, or that stands for payments elsewhere."""
    trace_number: str = ""
    """What travels with the money: end-to-end id, ACH trace, check number, payer's reference."""
    original_reference: str = ""
    """Of a return: the bank's reference of what is returned."""
    method: Method = "wire"
    payer_account: str = ""
    payer_name: str = ""
    payee_account: str = ""
    """Of money out: the account that it goes to."""
    customer_id: str = ""
    details: str = ""
    """The bank's words: unstructured remittance, memo, addenda, the bank's own text."""
    references: tuple[PaymentReference, ...] = ()
    remittance: tuple[RemittanceLine, ...] = ()
    remittance_note: str = ""
    """What of the remittance could not be understood."""
    reason_code: str = ""
    reason: str = ""
    bank_code: str = ""
    """The bank's code of the transaction: domain/family/sub-family of ISO 20022, type of BAI2 or MT940, GVC and number
    of German banks."""
    bundle_kind: BundleKind | Literal[""] = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """Payments that reach the bank as one sum: `net` = gross - fee, in the currency of their statement."""

    bundle_id: str
    kind: BundleKind
    gross: Decimal
    fee: Decimal
    net: Decimal
    value_date: date
    payments: int


@dataclass(frozen=True, slots=True)
class Statement:
    """What one account's bank reports about it. Balances are signed: overdrawn is negative."""

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
    test: bool = False
    """The bank sends it as a test: nothing of it is posted."""
    available: Decimal | None = None
    """The closing balance that is available."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A remittance advice: what a payer states a payment is for. `amount` is the cash of the whole payment."""

    place: str
    advice_id: str
    account: str
    """The account of ours that is paid; empty where the advice does not name it."""
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
    inconsistencies: tuple[FileError, ...] = ()
    """What can be read, but does not hold together."""
