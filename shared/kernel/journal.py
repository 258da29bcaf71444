"""The journal: double entry as postings, each with one debit account, one credit account and one amount.

An unbalanced entry therefore cannot be expressed, neither here nor in the table that stores postings. A compound entry
(Dr receivables / Cr revenue, Cr tax) is several postings with the same entry id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Account(StrEnum):
    """The chart of accounts this platform posts to, by GL number."""

    CASH = "1000"
    TRANSFER_CLEARING = "1010"
    """Transfers between own bank accounts, until both accounts' statements show them."""
    RECEIVABLES = "1200"
    SUSPENSE = "2100"
    """Payments whose payer is not identified yet."""
    UNAPPLIED_CASH = "2110"
    """Payments of a known customer that are not applied yet."""
    ON_ACCOUNT = "2120"
    """On-account credit: the rest of a payment after application."""
    REFUND_CLEARING = "2130"
    """Approved refunds, until the bank has paid them out."""
    TAX_PAYABLE = "2200"
    MIGRATION_CLEARING = "3900"
    """The contra account of invoices brought forward from the previous system."""
    REVENUE = "4000"
    FEE_INCOME = "4800"
    """Fees charged to customers whose payments were returned."""
    FINANCE_CHARGES = "4810"
    """Interest and late fees charged to customers who pay late."""
    DISCOUNT_GRANTED = "4900"
    TOLERANCE = "4910"
    """Small payment differences that were written off within tolerance."""
    EXCHANGE_CLEARING = "1900"
    """Clearing between the currency of a payment and that of its items; each side is in its own currency."""
    EXCHANGE_DIFFERENCE = "7000"
    """Realised exchange differences; a gain is a credit."""
    BAD_DEBT = "6200"
    BANK_FEES = "6300"
    """Fees that card acquirers deduct from their settlements."""
    BANK_CHARGES = "6310"
    """What a bank debits for keeping an account and for payments."""
    INTEREST_INCOME = "7100"
    """Interest that a bank pays on an account."""
    INTEREST_EXPENSE = "7110"
    """Interest that a bank charges on an account."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One amount that is debited to one account and credited to another. `amount` is positive, in `currency`."""

    entry_id: str
    company_id: str
    business_date: date
    debit: str
    credit: str
    """Accounts of `Account`, or further GL accounts that a policy names."""
    amount: Decimal
    currency: str
    customer_id: str
    document: str
    """The invoice, payment or application number, for drill-down."""

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"the amount of a posting must be positive, but it is {self.amount} ({self.entry_id})")
        if self.debit == self.credit:
            raise ValueError(f"a posting needs two different accounts, but both are {self.debit} ({self.entry_id})")


@dataclass(frozen=True, slots=True)
class AccountTotal:
    """The total debits and credits of one GL account."""

    account: str
    debit: Decimal
    credit: Decimal


def totals_by_account(postings: Iterable[Posting]) -> list[AccountTotal]:
    """Debits and credits per account, sorted by account. All postings must be of one currency."""
    debits: defaultdict[str, Decimal] = defaultdict(Decimal)
    credits: defaultdict[str, Decimal] = defaultdict(Decimal)
    for posting in postings:
        debits[posting.debit] += posting.amount
        credits[posting.credit] += posting.amount
    return [AccountTotal(a, debits[a], credits[a]) for a in sorted({*debits, *credits})]
