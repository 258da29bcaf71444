"""What cash application says: where each payment went and what is still owed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.erp import DeductionReason, PaymentMethod
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
    "remittance",
    "single_open_item",
    "exact_amount",
    "clear_account",
    "clear_past_due",
    "past_due_by_terms",
    "statement_balance",
    "exact_sum",
    "round_sum",
    "oldest_first",
    "largest_first",
    "due_now_first",
    "by_priority",
    "on_account_to_new_invoice",
    "by_hand",
]

ItemKind = Literal["invoice", "interest", "deduction", "fee", "claim"]
"""Invoices, interest and fees charged come from invoicing. A fee is also for a returned payment; a deduction is what
a payer kept back of an invoice; a claim is money refunded and then returned."""

ItemCause = Literal[
    "posted", "cash", "discount", "tolerance", "deduction", "unapplied", "write_off", "write_off_reversed", "cancelled"
]
"""Why an open amount changed. `tolerance`: a small difference was written off; `deduction`: it goes on as a deduction
item of its own; `unapplied` undoes an application, `write_off_reversed` a write-off; `cancelled`: a fee or claim was
charged by mistake."""


class AppliedLine(Body):
    """Cash and discount that one payment settled of one item, and why."""

    item_id: Identifier
    document_number: Identifier
    amount: NonNegativeAmount
    discount: NonNegativeAmount
    rule: ApplicationRule
    why: Text
    """One sentence a clerk can read to the customer."""
    evidence: Text = ""
    """What the decision rests on, e.g. how the document's number was recognised."""
    score: Annotated[int, Field(ge=0, le=100)] = 100
    """How sure it is: 100 where the payer or a person said it, less where a rule chose."""
    alternatives: Text = ""
    """What else it could have been."""
    tolerance: NonNegativeAmount = Decimal(0)
    """What was missing beside cash and discount, and written off as a small difference."""
    deduction: NonNegativeAmount = Decimal(0)
    """What was missing and goes on as a deduction item of its own: see DeductionOpened."""


class PaymentApplied(
    Event, published_by=("cash_app",), subject="application_id", order=("applied_on", "application_id")
):
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
    policy_version: Annotated[int, Field(ge=0)] = 0
    """The version of the application rules that decided."""
    paid_currency: Currency | None = None
    """The payment's currency, where it is not that of the items (`currency`) or a small surplus was kept."""
    paid_amount: NonNegativeAmount | None = None
    """What of the payment was used, in `paid_currency`; of the same currency: `amount` and the surplus kept."""
    exchange_rate: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] | None = None
    """Units of `currency` for one unit of `paid_currency`, on the payment's value date."""
    method: PaymentMethod | None = None
    """How the money came; a credit memo is no money that was collected."""


class DeductionOpened(
    Event, published_by=("cash_app",), subject="deduction_id", order=("business_date", "deduction_id")
):
    """A payer kept back part of an item; that part is an item of its own now, to be taken up as a dispute."""

    deduction_id: Identifier
    """The deduction's item_id."""
    customer_id: Identifier
    company_id: Identifier
    item_id: Identifier
    """The item that was paid short."""
    document_number: Identifier
    payment_id: Identifier
    business_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    reason: DeductionReason
    why: Text


class PaymentSuspended(
    Event,
    published_by=("cash_app",),
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


class CustomerCreditIssued(
    Event, published_by=("cash_app",), subject="payment_id", order=("business_date", "payment_id")
):
    """Money left over after application rests on the customer's account."""

    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    on_account_balance: NonNegativeAmount


class PaymentUnapplied(Event, published_by=("cash_app",), subject="reversal_id", order=("unapplied_on", "reversal_id")):
    """An application was undone by its opposite: its items are owed again, with their old due dates.

    The money is unapplied again; what became of it is said by what follows (PaymentApplied, PaymentTransferred).
    """

    reversal_id: Identifier
    application_id: Identifier
    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    applied_on: BusinessDate
    """The business date of the application that is undone."""
    unapplied_on: BusinessDate
    currency: Currency
    amount: NonNegativeAmount
    """Cash: the amount of the application."""
    discount: NonNegativeAmount
    cause: Literal["reversed", "transferred", "returned"]
    """`reversed`: still this customer's money; `transferred`: it never was; `returned`: the bank took it back."""
    reason: Text
    method: PaymentMethod | None = None
    """How the money had come."""


class PaymentTransferred(
    Event,
    published_by=("cash_app",),
    key="to_customer_id",
    subject="transfer_id",
    order=("transferred_on", "transfer_id"),
):
    """Money booked under the wrong customer was moved to the right one."""

    transfer_id: Identifier
    payment_id: Identifier
    from_customer_id: Identifier
    to_customer_id: Identifier
    company_id: Identifier
    transferred_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    reason: Text


class PaymentRefunded(Event, published_by=("cash_app",), subject="refund_id", order=("refunded_on", "refund_id")):
    """Money that is not applied goes back to the customer, on a clerk's order that a second person approved.

    A refund that is cancelled is said again as `<refund_id>/R` with a negative amount.
    """

    refund_id: Identifier
    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    refunded_on: BusinessDate
    currency: Currency
    amount: Amount
    ordered_by: Text
    approved_by: Text
    reason: Text


class PaymentDishonored(
    Event, published_by=("cash_app",), subject="dishonor_id", order=("dishonored_on", "dishonor_id")
):
    """The bank took back a payment of a known customer; what it had settled, if anything, is said to be unapplied."""

    dishonor_id: Identifier
    """One for each time the return was matched with a payment."""
    return_id: Identifier
    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    dishonored_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    """What the bank took back."""
    applications_undone: Annotated[int, Field(ge=0)] = 0
    """How many applications were undone; with none, the money had settled nothing."""
    reason: Text


class ItemWrittenOff(
    Event, published_by=("cash_app",), subject="write_off_id", order=("written_off_on", "write_off_id")
):
    """What was owed on an item was given up as a bad debt.

    A write-off that is reversed is said again as `<write_off_id>/R` with a negative amount.
    """

    write_off_id: Identifier
    item_id: Identifier
    document_number: Identifier
    customer_id: Identifier
    company_id: Identifier
    written_off_on: BusinessDate
    currency: Currency
    amount: Amount
    approved_by: Text
    reason: Text


class OnAccountChanged(
    Event, published_by=("cash_app",), subject="payment_id", order=("business_date", "payment_id", "movement_no")
):
    """Money on a customer's account became more or less: left over, used, returned, refunded.

    Each change is said once, under the payment's movement; their sum is the balance, in whatever order they are heard.
    """

    payment_id: Identifier
    movement_no: Version
    customer_id: Identifier
    company_id: Identifier
    currency: Currency
    change: Amount
    business_date: BusinessDate


class OpenItemChanged(Event, published_by=("cash_app",), subject="item_id", order=("item_id", "item_version")):
    """What is still owed on an item. cash_app is the authority on it.

    State-carrying: an older `item_version` is ignored as state; `change` with its business date
    lets a hearer answer for any past day. Version 1 is the item itself, with change = original amount.
    """

    item_id: Identifier
    item_version: Version
    customer_id: Identifier
    company_id: Identifier
    document_number: Identifier
    kind: ItemKind = "invoice"
    currency: Currency
    original_amount: PositiveAmount
    open_amount: NonNegativeAmount
    change: Amount
    cause: ItemCause
    cause_id: Identifier
    """The invoice, application, reversal or write-off behind the change."""
    business_date: BusinessDate
    document_date: BusinessDate
    due_date: BusinessDate
    disputed: bool = False
    payment_method: PaymentMethod | None = None
    """How the money came that `cash` settled it with: a check may still bounce."""
