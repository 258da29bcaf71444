"""Events of cash application: what each payment was applied to and what is still open."""

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
    Percent,
    PositiveAmount,
    Text,
)
from shared.contracts.invoicing import Version

ApplicationRule = Literal[
    "remittance",
    "bank_words",
    "exact_with_credit",
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
    "on_account_to_reopened_item",
    "by_hand",
]

ItemKind = Literal["invoice", "interest", "deduction", "fee", "claim"]
"""Invoices, interest and fees come from invoicing. A fee is also charged for a returned payment. A deduction is the
part of an invoice that a payer did not pay. A claim is a refunded payment that the bank then returned."""

ItemCause = Literal[
    "posted", "cash", "discount", "tolerance", "deduction", "unapplied", "write_off", "write_off_reversed",
    "taken_back", "cancelled",
]  # fmt: skip
"""Why an open amount changed. `tolerance`: a small difference was written off; `deduction`: it became a deduction, an
item of its own; `unapplied` reverses an application, `write_off_reversed` a write-off; `taken_back`: a discount,
tolerance or write-off was undone, and what settles it instead follows; `cancelled`: a fee or claim was charged by
mistake."""


class DiscountTax(Body):
    """The tax of one rate in a discount: a discount lowers the tax as well as the price."""

    tax_percent: Percent | None = None
    """None: the rate is not known."""
    tax: Amount


class AppliedLine(Body):
    """Cash and discount that one payment applied to one item, and why."""

    item_id: Identifier
    document_number: Identifier
    amount: NonNegativeAmount
    discount: Amount
    """Negative: a credit memo took back a discount that had been granted."""
    rule: ApplicationRule
    why: Text
    """One sentence that a clerk can read to the customer."""
    evidence: Text = ""
    """The evidence for the decision, e.g. how the document number was recognised."""
    score: Annotated[int, Field(ge=0, le=100)] = 100
    """The confidence: 100 where the payer or a clerk named the item, less where a rule chose it."""
    alternatives: Text = ""
    """Other items that matched."""
    tolerance: Amount = Decimal(0)
    """The difference that was written off within tolerance; negative: taken back by a credit memo."""
    deduction: NonNegativeAmount = Decimal(0)
    """The difference that became a deduction, an item of its own: see DeductionOpened."""
    discount_taxes: tuple[DiscountTax, ...] = ()
    """The part of the discount that is tax, by rate; empty where the discount lowers no tax."""
    surplus: NonNegativeAmount = Decimal(0)
    """What was paid too much and kept as a small difference."""
    paid: NonNegativeAmount | None = None
    """What it used of the payment, in the payment's currency; None: `amount` and `surplus`."""
    exchange_difference: Amount = Decimal(0)
    """The realised exchange difference in the payment's currency; negative: a loss."""
    recovered: NonNegativeAmount = Decimal(0)
    """What had been written off as bad debt and is owed and settled after all: see ItemWrittenOff."""
    given_back: NonNegativeAmount = Decimal(0)
    """Of a credit memo for a paid item: what of the money that was paid is the customer's credit from now on."""


class UnappliedLine(Body):
    """What was undone on one item, with the meanings of AppliedLine."""

    line_no: Version
    """The line of the application, from 1."""
    item_id: Identifier
    document_number: Identifier
    amount: NonNegativeAmount
    discount: Amount
    tolerance: Amount = Decimal(0)
    deduction: NonNegativeAmount = Decimal(0)
    discount_taxes: tuple[DiscountTax, ...] = ()
    surplus: NonNegativeAmount = Decimal(0)
    paid: NonNegativeAmount | None = None
    exchange_difference: Amount = Decimal(0)
    recovered: NonNegativeAmount = Decimal(0)
    given_back: NonNegativeAmount = Decimal(0)


class PaymentApplied(
    Event, published_by=("cash_app",), subject="application_id", order=("applied_on", "application_id")
):
    """A payment or a credit memo was applied to open items."""

    application_id: Identifier
    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    applied_on: BusinessDate
    currency: Currency
    amount: NonNegativeAmount
    """Cash applied: the sum of the amounts of the lines."""
    discount: Amount
    lines: Annotated[tuple[AppliedLine, ...], Field(min_length=1, max_length=2000)]
    policy_version: Annotated[int, Field(ge=0)] = 0
    """The version of the application rules that were used."""
    paid_currency: Currency | None = None
    """The payment's currency; given if it differs from `currency` or a small overpayment was kept."""
    paid_amount: NonNegativeAmount | None = None
    """The part of the payment that was used, in `paid_currency`, with the small overpayment that was kept."""
    exchange_rate: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] | None = None
    """Units of `currency` for 1 unit of `paid_currency` on the payment's value date."""
    method: PaymentMethod | None = None
    """The payment method. A credit memo is not collected cash."""


class DeductionOpened(
    Event, published_by=("cash_app",), subject="deduction_id", order=("business_date", "deduction_id")
):
    """A payer paid an item short. The rest is an item of its own, a deduction, to be resolved in collections."""

    deduction_id: Identifier
    """The `item_id` of the deduction."""
    application_id: Identifier | None = None
    """The application that paid the item short."""
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
    payer_code: Annotated[str, Field(max_length=40)] = ""
    """The payer's own code for the reason, such as X12 element 426; empty where none is given."""
    payer_text: Text = ""
    """The payer's words for it."""
    payer_reference: Annotated[str, Field(max_length=80)] = ""
    """The payer's document for it, such as a debit memo."""


class PaymentSuspended(
    Event,
    published_by=("cash_app",),
    key=("payer_account", "payment_id"),
    subject="payment_id",
    order=("business_date", "payment_id"),
):
    """The payer of a payment is not identified. The payment is in suspense until a clerk assigns it to a customer."""

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
    """The rest of a payment was placed on the customer's account as credit."""

    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    on_account_balance: NonNegativeAmount


class PaymentUnapplied(Event, published_by=("cash_app",), subject="reversal_id", order=("unapplied_on", "reversal_id")):
    """An application was reversed, or a part of it. Its items are open again, with their original due dates.

    The payment is unapplied again; PaymentApplied or PaymentTransferred follow when it is used.
    """

    reversal_id: Identifier
    application_id: Identifier
    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    applied_on: BusinessDate
    """The business date of the application that is reversed."""
    unapplied_on: BusinessDate
    currency: Currency
    amount: NonNegativeAmount
    """The cash amount that was undone."""
    discount: Amount
    lines: Annotated[tuple[UnappliedLine, ...], Field(max_length=2000)] = ()
    cause: Literal["reversed", "transferred", "returned"]
    """`reversed`: the payment stays with this customer; `transferred`: it belongs to another; `returned`: the bank took
    it back."""
    reason: Text
    method: PaymentMethod | None = None
    """The payment method."""


class PaymentTransferred(
    Event,
    published_by=("cash_app",),
    key="to_customer_id",
    subject="transfer_id",
    order=("transferred_on", "transfer_id"),
):
    """A payment was transferred from the wrong customer to the right one."""

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
    """Unapplied cash was refunded to the customer, requested by a clerk and approved by a second person.

    A cancelled refund is published as an event of its own with a negative amount; `cancels` names the refund.
    """

    refund_id: Identifier
    cancels: Identifier | None = None
    """The refund that this one cancels."""
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
    """The bank returned a payment of a known customer. PaymentUnapplied follows for each of its applications."""

    dishonor_id: Identifier
    """A new id each time the return is matched with a payment."""
    return_id: Identifier
    payment_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    dishonored_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    """The amount that the bank took back."""
    applications_undone: Annotated[int, Field(ge=0)] = 0
    """The number of applications that were reversed; 0: the payment had not been applied."""
    reason: Text


class ItemWrittenOff(
    Event, published_by=("cash_app",), subject="write_off_id", order=("written_off_on", "write_off_id")
):
    """The open amount of an item was written off as bad debt.

    A reversed write-off is published as an event of its own with a negative amount; `reverses` names the write-off.
    What a payment or credit memo recovers is published likewise, and has no `reverses`.
    """

    write_off_id: Identifier
    reverses: Identifier | None = None
    """The write-off that this one reverses."""
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
    """The on-account credit of a customer changed: left over, used, returned or refunded.

    Each change is published once, with the movement of the payment. The sum of all changes is the balance, in whatever
    order they arrive.
    """

    payment_id: Identifier
    movement_no: Version
    customer_id: Identifier
    company_id: Identifier
    currency: Currency
    change: Amount
    business_date: BusinessDate


class UnappliedCashChanged(
    Event, published_by=("cash_app",), subject="payment_id", order=("business_date", "payment_id", "movement_no")
):
    """The money of a customer that is not applied and not on account changed: it waits for a document or a person.

    What is received and applied within one step changes nothing. The sum of all changes is the balance, in whatever
    order they arrive.
    """

    payment_id: Identifier
    movement_no: Version
    customer_id: Identifier
    company_id: Identifier
    currency: Currency
    change: Amount
    business_date: BusinessDate


class OpenItemChanged(Event, published_by=("cash_app",), subject="item_id", order=("item_id", "item_version")):
    """The open amount of an item changed. cash_app owns open amounts.

    State-carrying: an older `item_version` is ignored as state. `change` with its business date gives the open amount
    as of any past day. Version 1 is the new item itself, with `change` = `original_amount`.
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
    reverses: Identifier | None = None
    """The application, write-off or charge that this change reverses."""
    business_date: BusinessDate
    document_date: BusinessDate
    due_date: BusinessDate
    disputed: bool = False
    payment_method: PaymentMethod | None = None
    """The payment method where the cause is `cash`: a check may still be returned."""
    value_date: BusinessDate | None = None
    """The value date of the payment or credit memo behind the change, also where its application is reversed. It may
    lie before `business_date`, the day on which the change is booked. None: no payment is behind it."""
