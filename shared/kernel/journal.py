"""The journal: double entry, written as postings that move one amount from a credit to a debit account.

A posting debits one account and credits another by the same amount, so an unbalanced
entry cannot be expressed, neither here nor in the table that stores postings. A compound
entry (Dr receivables / Cr revenue, Cr tax) is several postings with the same entry id.
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
    RECEIVABLES = "1200"
    SUSPENSE = "2100"
    """Money received from a payer nobody has identified yet."""
    UNAPPLIED_CASH = "2110"
    """Money of a known customer that waits for its invoice or for a clerk."""
    ON_ACCOUNT = "2120"
    """Customer credit: money of a known customer left over after application."""
    REFUND_CLEARING = "2130"
    """Refunds ordered, until the bank has paid them out."""
    TAX_PAYABLE = "2200"
    MIGRATION_CLEARING = "3900"
    """The other side of invoices brought forward from an old system."""
    REVENUE = "4000"
    FEE_INCOME = "4800"
    """Fees charged to customers whose payments were returned."""
    FINANCE_CHARGES = "4810"
    """Interest and late fees charged to customers who pay late."""
    DISCOUNT_GRANTED = "4900"
    TOLERANCE = "4910"
    """Small differences of payments, written off."""
    EXCHANGE_CLEARING = "1900"
    """Between the currencies of a payment and of the items it settled: each side in its own currency."""
    EXCHANGE_DIFFERENCE = "7000"
    """Realised exchange differences: a gain on the credit side."""
    BAD_DEBT = "6200"
    BANK_FEES = "6300"
    """What card acquirers keep of what they settle."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement: `debit` receives what `credit` gives. `amount` is positive, in `currency`."""

    entry_id: str
    company_id: str
    business_date: date
    debit: Account
    credit: Account
    amount: Decimal
    currency: str
    customer_id: str
    document: str
    """What a controller drills down to: an invoice, payment or application number."""

    def __post_init__(self) -> None:
        if self.amount <= 0:
            raise ValueError(f"a posting moves a positive amount, not {self.amount} ({self.entry_id})")
        if self.debit == self.credit:
            raise ValueError(f"a posting moves between two accounts, not within {self.debit} ({self.entry_id})")


@dataclass(frozen=True, slots=True)
class AccountTotal:
    account: str
    debit: Decimal
    credit: Decimal


def totals_by_account(postings: Iterable[Posting]) -> list[AccountTotal]:
    """Debits and credits per account, sorted by account. Of one currency; the caller groups by it."""
    debits: defaultdict[str, Decimal] = defaultdict(Decimal)
    credits: defaultdict[str, Decimal] = defaultdict(Decimal)
    for posting in postings:
        debits[posting.debit] += posting.amount
        credits[posting.credit] += posting.amount
    return [AccountTotal(a, debits[a], credits[a]) for a in sorted({*debits, *credits})]
