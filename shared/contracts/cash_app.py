"""What cash application says: where each payment went and what is still owed."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.event import (
    Amount,
    Body,
    BusinessDate,
    Currency,
    Event,
    Identifier,
    NonNegativeAmount,
    PositiveAmount,
    Text,
)
from shared.contracts.invoicing import Version

ApplicationRule = Literal[
    "remittance", "single_open_item", "exact_amount", "oldest_first", "on_account_to_new_invoice", "by_hand"
]


class AppliedLine(Body):
    """Cash and discount that one payment settled of one item, and why."""

    item_id: Identifier
    document_number: Identifier
    amount: NonNegativeAmount
    discount: NonNegativeAmount
    rule: ApplicationRule
    why: Text
    """One sentence a clerk can read to the customer."""


class PaymentApplied(Event, said_by=("cash_app",), subject="application_id", order=("applied_on", "application_id")):
    """Money of one payment (or of customer credit) settled open items."""

    application_id: Identifier
    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    applied_on: BusinessDate
    currency: Currency
    amount: NonNegativeAmount
    """Cash applied: the sum of the lines' amounts."""
    discount: NonNegativeAmount
    lines: Annotated[tuple[AppliedLine, ...], Field(min_length=1, max_length=2000)]


class PaymentSuspended(
    Event,
    said_by=("cash_app",),
    key=("payer_account", "payment_id"),
    subject="payment_id",
    order=("business_date", "payment_id"),
):
    """Nobody knows yet whose money this is; it waits in suspense for a clerk."""

    payment_id: Identifier
    company_id: Identifier
    payer_account: Identifier | None = None
    payer_name: Text | None = None
    currency: Currency
    amount: PositiveAmount
    business_date: BusinessDate
    reason: Text


class CustomerCreditIssued(Event, said_by=("cash_app",), subject="payment_id", order=("business_date", "payment_id")):
    """Money left over after application rests on the customer's account."""

    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    on_account_balance: NonNegativeAmount


class OpenItemChanged(Event, said_by=("cash_app",), subject="item_id", order=("item_id", "item_version")):
    """What is still owed on an item. cash_app is the authority on it.

    State-carrying: an older `item_version` is ignored as state; `change` with its business date
    lets a hearer answer for any past day. Version 1 is the item itself, with change = original amount.
    """

    item_id: Identifier
    item_version: Version
    customer_id: Identifier
    company_id: Identifier
    document_number: Identifier
    kind: Literal["invoice"] = "invoice"
    currency: Currency
    original_amount: PositiveAmount
    open_amount: NonNegativeAmount
    change: Amount
    cause: Literal["posted", "cash", "discount"]
    cause_id: Identifier
    """The invoice, payment or application behind the change."""
    business_date: BusinessDate
    document_date: BusinessDate
    due_date: BusinessDate
    disputed: bool = False
