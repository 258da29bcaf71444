"""Events of the upstream ERP: customers, items, prices, orders, the business day, the bank feed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.event import (
    Amount,
    Body,
    BusinessDate,
    Currency,
    Event,
    ExchangeRate,
    Identifier,
    NonNegativeAmount,
    PositiveAmount,
    Quantity,
    Text,
    UnitPrice,
)
from shared.contracts.terms import Terms as Terms


class CustomerChanged(Event, published_by=("erp",), subject="customer_id", order=("version", "customer_id")):
    """A customer was created or changed in the ERP. State-carrying: an older `version` is ignored."""

    customer_id: Identifier
    version: Annotated[int, Field(ge=1)]
    company_id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=200)]
    currency: Currency
    credit_limit: NonNegativeAmount
    """The initial credit limit. It no longer applies once credit has set a limit."""
    terms: Terms
    price_list_id: Identifier
    jurisdiction: Identifier
    """The default ship-to tax jurisdiction. It decides the tax rate."""
    tax_exempt: bool = False
    payer_accounts: Annotated[tuple[Identifier, ...], Field(max_length=20)] = ()
    """Bank accounts from which this customer is known to pay."""
    bill_to_id: Identifier | None = None
    """The customer who is invoiced for, and owes, what this customer orders; None: this customer itself."""
    email: Annotated[str, Field(max_length=200)] | None = None
    active: bool = True


class ItemChanged(Event, published_by=("erp",), key="item_id", subject="item_id", order=("version", "item_id")):
    """An item was created or changed in the ERP. State-carrying: an older `version` is ignored."""

    item_id: Identifier
    version: Annotated[int, Field(ge=1)]
    description: Annotated[str, Field(min_length=1, max_length=200)]
    unit: Identifier = "EA"
    taxable: bool = True
    active: bool = True


class PriceBreak(Body):
    """The unit price from a minimum quantity on."""

    minimum_quantity: Quantity
    unit_price: UnitPrice


class PriceChanged(
    Event,
    published_by=("erp",),
    key="price_list_id",
    subject="price_list_id",
    order=("valid_from", "price_list_id", "item_id", "version"),
):
    """The price of an item on a price list was set from a day on, by quantity ordered."""

    price_list_id: Identifier
    item_id: Identifier
    version: Annotated[int, Field(ge=1)]
    currency: Currency
    valid_from: BusinessDate
    breaks: Annotated[tuple[PriceBreak, ...], Field(min_length=1, max_length=20)]


class OrderedLine(Body):
    """One line of an order, as the customer ordered it."""

    line_no: Annotated[int, Field(ge=1, le=9999)]
    item_id: Identifier
    quantity: int
    """Any number is accepted here. Invoicing checks it and answers OrderRejected with the reason."""


class OrderPlaced(
    Event, published_by=("erp", "invoicing"), subject="order_id", order=("order_date", "order_id", "revision")
):
    """A customer placed or amended an order, in the ERP or in invoicing's order capture (web, phone, EDI).

    The event with a higher `revision` contains the whole amended order and replaces the revisions before it, as long
    as nothing of the order is on a pick list. An older revision that arrives later is ignored.
    """

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    order_date: BusinessDate
    currency: Currency
    customer_reference: Text = ""
    ship_to_id: Identifier | None = None
    """The customer to whom the goods go; None: the same customer. Who owes the invoice is `customer_id`, the bill-to
    customer: the credit limit, dunning and payments are its own."""
    jurisdiction: Identifier | None = None
    """Ship-to tax jurisdiction of this order; None: that of the ship-to customer."""
    ship_complete: bool = False
    """True: ship everything at once. False: ship what is available first and the rest later."""
    lines: Annotated[tuple[OrderedLine, ...], Field(max_length=10_000)]
    """Invoicing rejects an order without lines, or with more than the policy order_rules allows."""
    revision: Annotated[int, Field(ge=1)] = 1
    amended_on: BusinessDate | None = None
    """The business day of this revision; None: `order_date`."""


class OrderCancelled(Event, published_by=("erp",), subject="order_id", order=("cancelled_on", "order_id")):
    """A customer cancelled the part of an order that is not on a pick list yet."""

    order_id: Identifier
    customer_id: Identifier
    cancelled_on: BusinessDate
    reason: Text


CreditRequestKind = Literal["new", "increase", "review"]
"""Credit for a new customer, a change of the limit, or its periodic review."""


class CreditRequested(Event, published_by=("erp",), subject="request_id", order=("requested_on", "request_id")):
    """A credit limit was requested for a customer. Credit answers CreditLimitSet or CreditRequestDeclined."""

    request_id: Identifier
    customer_id: Identifier
    kind: CreditRequestKind
    currency: Currency
    amount: PositiveAmount
    """The total credit limit requested, not the increase."""
    requested_on: BusinessDate
    requested_by: Text
    valid_until: BusinessDate | None = None
    """The last day of a temporary limit; None: no end."""
    monthly_purchases: PositiveAmount | None = None
    """The expected purchases per month, including tax."""


class BusinessDayStarted(
    Event, published_by=("erp",), key="company_id", subject="business_date", order=("business_date", "company_id")
):
    """A business day of a company began. It starts all daily work."""

    company_id: Identifier
    business_date: BusinessDate


class ExchangeRateSet(
    Event,
    published_by=("erp",),
    key="from_currency",
    subject="from_currency",
    order=("valid_from", "from_currency", "to_currency", "version"),
):
    """The exchange rate of two currencies was set, valid from a day until the next rate.

    1 `from_currency` = `rate` `to_currency`. A higher `version` for the same pair and day replaces the one before.
    """

    from_currency: Currency
    to_currency: Currency
    rate: ExchangeRate
    valid_from: BusinessDate
    version: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _between_two_currencies(self) -> Self:
        if self.from_currency == self.to_currency:
            raise ValueError(
                f"an exchange rate needs two different currencies, but both are {self.from_currency}: do not send it"
            )
        return self


class InvoiceBroughtForward(
    Event, published_by=("erp",), subject="invoice_number", order=("invoice_date", "invoice_number")
):
    """An open invoice of the previous system was brought forward. Invoicing posts it with its own number and dates."""

    invoice_number: Identifier
    company_id: Identifier
    customer_id: Identifier
    invoice_date: BusinessDate
    due_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    disputed: bool = False


DeductionReason = Literal["pricing", "freight", "damage", "tax", "unearned_discount", "unknown"]


DocumentKind = Literal["invoice", "credit_memo", "debit_memo", "purchase_order", "order", "other"]
BankWords = Annotated[str, StringConstraints(max_length=4000)]


class RemittanceAdjustment(Body):
    """What the payer keeps back of a document, or adds to it, with the reason given."""

    amount: Amount
    """What less is paid of the document; negative where more is paid."""
    reason: DeductionReason = "unknown"
    code: Annotated[str, Field(max_length=40)] = ""
    """The payer's own code: X12 element 426, ISO 20022 AdjstmntAmtAndRsn/Rsn; empty where there is none."""
    text: Text = ""
    """The payer's words."""
    reference: Annotated[str, Field(max_length=80)] = ""
    """The payer's document for it, such as a debit memo."""


class RemittanceLine(Body):
    """What the payer states about one document of a payment."""

    document_number: Annotated[str, Field(min_length=1, max_length=80)]
    amount: Amount
    """Cash for this document, after any discount taken and any adjustment; negative for a credit memo."""
    discount: NonNegativeAmount = Decimal(0)
    reason: DeductionReason | None = None
    """Why the payer pays less than is open; None: not stated."""
    document_kind: DocumentKind | None = None
    """What the number stands for; None: not stated."""
    adjustments: Annotated[tuple[RemittanceAdjustment, ...], Field(max_length=50)] = ()


ReferenceKind = Literal[
    "end_to_end_id", "transaction_id", "instruction_id", "uetr", "message_id", "batch_id", "mandate_id",
    "clearing_system_reference", "bank_transaction_reference", "creditor_reference", "payer_reference", "check_number",
    "entry_reference", "on_behalf_of", "supplementary_details", "other",
]  # fmt: skip


class PaymentReference(Body):
    """A reference that came with the money, and what it is."""

    kind: ReferenceKind
    value: Annotated[str, Field(min_length=1, max_length=140)]


class PaymentOrigin(Body):
    """Where in which imported file the bank reports the money."""

    import_id: Identifier
    file_name: Annotated[str, Field(max_length=200)]
    place: Annotated[str, Field(max_length=200)]
    """The line of the file, or the element with its line."""


BankMethod = Literal["wire", "ach", "check", "card", "lockbox", "cash"]
PaymentMethod = BankMethod | Literal["credit_memo"]
"""A credit memo is applied as money is, though no bank has seen it."""


class PaymentReceived(
    Event,
    published_by=("erp", "cash_app"),
    key=("customer_id", "payer_account", "bank_reference"),
    subject="payment_id",
    order=("value_date", "payment_id"),
):
    """A payment reached our bank account, from the bank feed or an imported file."""

    payment_id: Identifier
    bank_reference: Identifier
    """The bank's own reference. Together with account, amount, value date and payer it identifies the payment: with
    all of them equal it is the same payment; the same reference with other facts is another payment, or is held for a
    person to decide. What banks write for no reference (NONREF, NOTPROVIDED, zeros) identifies nothing: then
    `payment_id` does."""
    company_id: Identifier
    bank_account: Identifier | None = None
    """Our account that received the money; None: the bank feed does not name it."""
    customer_id: Identifier | None = None
    payer_account: Identifier | None = None
    payer_name: Annotated[str, Field(max_length=200)] | None = None
    currency: Currency
    amount: PositiveAmount
    value_date: BusinessDate
    method: BankMethod = "wire"
    remittance: Annotated[tuple[RemittanceLine, ...], Field(max_length=2000)] = ()
    trace_number: Identifier | None = None
    """The reference that both the payment and its remittance advice carry: end-to-end id, ACH trace, check number."""
    details: BankWords = ""
    """What the bank passes on of the payer's words: unstructured remittance, memo, addenda, the bank's own text."""
    references: Annotated[tuple[PaymentReference, ...], Field(max_length=30)] = ()
    """Every reference that came with the money, `trace_number` among them."""
    remittance_note: Text = ""
    """What of the payer's remittance could not be understood; empty where all was, or where there was none."""
    origin: PaymentOrigin | None = None
    """Empty for money that no imported file reports."""


class RemittanceAdvised(
    Event,
    published_by=("erp", "cash_app"),
    key=("customer_id", "payer_account", "advice_id"),
    subject="advice_id",
    order=("advised_on", "advice_id"),
):
    """A payer sent a remittance advice apart from the payment, days before or after it."""

    advice_id: Identifier
    company_id: Identifier
    customer_id: Identifier | None = None
    payer_account: Identifier | None = None
    payer_name: Annotated[str, Field(max_length=200)] | None = None
    trace_number: Identifier | None = None
    """The reference that the payment carries too. Without it, payer and amount match the two."""
    currency: Currency
    amount: PositiveAmount
    """The cash amount of the whole payment."""
    advised_on: BusinessDate
    lines: Annotated[tuple[RemittanceLine, ...], Field(min_length=1, max_length=2000)]


class PaymentReturned(
    Event,
    published_by=("erp", "cash_app"),
    key=("customer_id", "payer_account", "bank_reference"),
    subject="return_id",
    order=("value_date", "return_id"),
):
    """The bank took a payment back: a returned check or ACH item, a reversed credit, a chargeback."""

    return_id: Identifier
    bank_reference: Identifier
    """The bank's reference of the return itself. With company, currency, amount and value date it identifies the
    return: the same reference with other facts is another return."""
    original_bank_reference: Identifier | None = None
    """The `bank_reference` of the returned payment; None: the bank did not report it."""
    company_id: Identifier
    customer_id: Identifier | None = None
    payer_account: Identifier | None = None
    currency: Currency
    amount: PositiveAmount
    value_date: BusinessDate
    reason_code: Annotated[str, Field(max_length=40)] = ""
    """The bank's code: ISO 20022 (AC04), Nacha (R01) or its own; empty: none reported."""
    reason: Text = ""
    trace_number: Identifier | None = None
    details: BankWords = ""
    """The bank's words."""
    references: Annotated[tuple[PaymentReference, ...], Field(max_length=30)] = ()
    origin: PaymentOrigin | None = None
