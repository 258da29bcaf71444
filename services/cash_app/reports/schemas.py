"""Reports as people see them. Amounts are in the currency beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from services.cash_app.open_items.schemas import View
from services.cash_app.payments.domain.payment import PaymentState
from services.cash_app.payments.schemas import ApplicationLineView

By = Literal["all", "source", "rule", "customer", "month", "company"]


class MatchRateLine(BaseModel):
    """Payments received and lines they settled. By rule, payments are the payments with such a line."""

    label: str
    payments: int
    payments_by_rule: int
    """Applied, on account or waiting for an invoice, without an action of a person."""
    payments_waiting: int
    """In suspense, or unapplied and left for review."""
    payment_rate_percent: Decimal | None
    lines: int
    lines_by_rule: int
    line_rate_percent: Decimal | None


class MatchRate(BaseModel):
    """How much needed no person, of the payments with a value date in the period."""

    since: date
    until: date
    by: By
    lines: list[MatchRateLine]
    next_cursor: str | None


class EntryPosting(View):
    line: int
    business_date: date
    debit: str
    debit_name: str
    credit: str
    credit_name: str
    amount: Decimal
    currency: str
    document: str
    batch_id: str | None
    """The batch in which it went to the general ledger; null: not yet."""


class EntryItem(View):
    """A change of an item that was booked with the entry."""

    item_id: str
    document_number: str
    kind: str
    item_version: int
    business_date: date
    currency: str
    change: Decimal
    cause: str


class EntryPayment(View):
    payment_id: str
    bank_reference: str
    customer_id: str | None
    currency: str
    amount: Decimal
    value_date: date
    state: PaymentState


class JournalEntry(BaseModel):
    """A journal entry with the payments and invoices behind it."""

    customer_id: str
    entry_id: str
    postings: list[EntryPosting]
    payments: list[EntryPayment]
    items: list[EntryItem]


class AccountItem(View):
    """An item as it stood at the end of the requested day."""

    item_id: str
    document_number: str
    company_id: str
    currency: str
    document_date: date
    due_date: date
    original_amount: Decimal
    open_amount: Decimal


class AccountPayment(View):
    """A payment as it stood at the end of the requested day."""

    payment_id: str
    company_id: str
    currency: str
    value_date: date
    amount: Decimal
    unapplied: Decimal
    """Waits for a document, or is left for review."""
    on_account: Decimal


class Balance(View):
    """Per company and currency: what the customer owes, and what of their money is not applied."""

    company_id: str
    currency: str
    open_items: Decimal
    unapplied: Decimal
    on_account: Decimal


class CustomerAccount(BaseModel):
    """A customer's account at the end of a day. The lists are cut at the limit, the balances are complete."""

    customer_id: str
    name: str | None
    as_of: date
    balances: list[Balance]
    items: list[AccountItem]
    """Open at the end of the day, the oldest due first."""
    payments: list[AccountPayment]
    """Received up to the day, the latest first."""
    applications: list[ApplicationLineView]
    """Made up to the day, the latest first."""


def balances_of(rows: Iterable[Any]) -> list[Balance]:
    """One line per company and currency from rows of (company_id, currency, what, amount)."""
    sums: defaultdict[tuple[str, str], dict[str, Any]] = defaultdict(dict)
    for row in rows:
        sums[row["company_id"], row["currency"]][row["what"]] = row["amount"]
    nothing = {"open_items": Decimal(0), "unapplied": Decimal(0), "on_account": Decimal(0)}
    return [
        Balance.of({"company_id": company_id, "currency": currency, **nothing, **amounts})
        for (company_id, currency), amounts in sorted(sums.items())
    ]
