"""What the upstream ERP says: customers, items, prices, orders, the business day, the bank feed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from shared.contracts.event import (
    Amount,
    Body,
    BusinessDate,
    Currency,
    Event,
    ExchangeRate,
    Identifier,
    NonNegativeAmount,
    Percent,
    PositiveAmount,
    Quantity,
    Text,
    UnitPrice,
)


class Terms(Body):
    """Payment terms: net days, and a discount for paying within the discount days."""

    net_days: Annotated[int, Field(ge=0, le=365)]
    discount_days: Annotated[int, Field(ge=0, le=365)] = 0
    discount_percent: Percent = Decimal(0)


class CustomerChanged(Event, published_by=("erp",), subject="customer_id", order=("version", "customer_id")):
    """The ERP's customer master. State-carrying: an older `version` is ignored."""

    customer_id: Identifier
    version: Annotated[int, Field(ge=1)]
    company_id: Identifier
    name: Annotated[str, Field(min_length=1, max_length=200)]
    currency: Currency
    credit_limit: NonNegativeAmount
    """The limit the customer starts with; once credit has set a limit, credit's own counts."""
    terms: Terms
    price_list_id: Identifier
    jurisdiction: Identifier
    """Where goods are shipped to by default; decides the tax rate."""
    tax_exempt: bool = False
    payer_accounts: Annotated[tuple[Identifier, ...], Field(max_length=20)] = ()
    """Bank accounts this customer is known to pay from."""
    email: Annotated[str, Field(max_length=200)] | None = None
    active: bool = True


class ItemChanged(Event, published_by=("erp",), key="item_id", subject="item_id", order=("version", "item_id")):
    """The ERP's item master. State-carrying: an older `version` is ignored."""

    item_id: Identifier
    version: Annotated[int, Field(ge=1)]
    description: Annotated[str, Field(min_length=1, max_length=200)]
    unit: Identifier = "EA"
    taxable: bool = True
    active: bool = True


class PriceBreak(Body):
    minimum_quantity: Quantity
    unit_price: UnitPrice


class PriceChanged(
    Event,
    published_by=("erp",),
    key="price_list_id",
    subject="price_list_id",
    order=("valid_from", "price_list_id", "item_id", "version"),
):
    """The price of an item on a price list from a day on, by quantity ordered."""

    price_list_id: Identifier
    item_id: Identifier
    version: Annotated[int, Field(ge=1)]
    currency: Currency
    valid_from: BusinessDate
    breaks: Annotated[tuple[PriceBreak, ...], Field(min_length=1, max_length=20)]


class OrderedLine(Body):
    line_no: Annotated[int, Field(ge=1, le=9999)]
    item_id: Identifier
    quantity: int
    """Checked by invoicing, which answers with OrderRejected, so that the orderer learns why."""


class OrderPlaced(
    Event, published_by=("erp", "invoicing"), subject="order_id", order=("order_date", "order_id", "revision")
):
    """A customer's order, from the ERP or captured by invoicing (web, phone, EDI).

    Said again with a higher `revision` it takes the place of the revisions before, as long as nothing of the order is
    picked: it tells the whole order as it is to be now. Older revisions are ignored, in whatever order they come.
    """

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    order_date: BusinessDate
    currency: Currency
    customer_reference: Text = ""
    jurisdiction: Identifier | None = None
    """Ship-to jurisdiction of this order; the customer's own where none is given."""
    ship_complete: bool = False
    """Ship everything at once or wait; otherwise what is available goes first."""
    lines: Annotated[tuple[OrderedLine, ...], Field(min_length=1, max_length=500)]
    revision: Annotated[int, Field(ge=1)] = 1
    amended_on: BusinessDate | None = None
    """The business day of this revision; None: `order_date`."""


class OrderCancelled(Event, published_by=("erp",), subject="order_id", order=("cancelled_on", "order_id")):
    """The customer no longer wants what has not gone to the warehouse yet."""

    order_id: Identifier
    customer_id: Identifier
    cancelled_on: BusinessDate
    reason: Text


CreditRequestKind = Literal["new", "increase", "review"]
"""A new customer's credit, a change of the limit, or the periodic review of it."""


class CreditRequested(Event, published_by=("erp",), subject="request_id", order=("requested_on", "request_id")):
    """Somebody asks for credit for a customer; credit judges it and sets the limit or declines."""

    request_id: Identifier
    customer_id: Identifier
    kind: CreditRequestKind
    currency: Currency
    amount: PositiveAmount
    """The credit limit asked for, in all, not what is to be added."""
    requested_on: BusinessDate
    requested_by: Text
    valid_until: BusinessDate | None = None
    """The last day of a temporary limit; None: for good."""
    monthly_purchases: PositiveAmount | None = None
    """What the customer expects to buy a month, incl. tax."""


class BusinessDayStarted(
    Event, published_by=("erp",), key="company_id", subject="business_date", order=("business_date", "company_id")
):
    """The calendar's word that a day of business began. Everything daily hangs on it."""

    company_id: Identifier
    business_date: BusinessDate


class ExchangeRateSet(
    Event,
    published_by=("erp",),
    key="from_currency",
    subject="from_currency",
    order=("valid_from", "from_currency", "to_currency", "version"),
):
    """What one currency is worth in another from a day on, until a later day's rate.

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
            raise ValueError(f"a rate is between two currencies, not from {self.from_currency} to itself: leave it out")
        return self


class InvoiceBroughtForward(
    Event, published_by=("erp",), subject="invoice_number", order=("invoice_date", "invoice_number")
):
    """An invoice of the system that went before, posted by invoicing under its own number and dates."""

    invoice_number: Identifier
    company_id: Identifier
    customer_id: Identifier
    invoice_date: BusinessDate
    due_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    disputed: bool = False


DeductionReason = Literal["pricing", "freight", "damage", "tax", "unearned_discount", "unknown"]


class RemittanceLine(Body):
    """What the payer says a part of the payment is for."""

    document_number: Annotated[str, Field(min_length=1, max_length=80)]
    amount: Amount
    """Cash for this document, after any discount taken."""
    discount: NonNegativeAmount = Decimal(0)
    reason: DeductionReason | None = None
    """Why less is paid than is open, where the payer says so."""


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
    """Money that reached our bank account, from the bank feed or an imported file."""

    payment_id: Identifier
    bank_reference: Identifier
    """The bank's own reference: two payments with the same one are one payment."""
    company_id: Identifier
    customer_id: Identifier | None = None
    payer_account: Identifier | None = None
    payer_name: Annotated[str, Field(max_length=200)] | None = None
    currency: Currency
    amount: PositiveAmount
    value_date: BusinessDate
    method: BankMethod = "wire"
    remittance: Annotated[tuple[RemittanceLine, ...], Field(max_length=2000)] = ()
    trace_number: Identifier | None = None
    """What travels with the money and with its remittance advice: end-to-end id, ACH trace, check number."""
    details: Text = ""
    """What the bank passes on of the payer's words."""


class RemittanceAdvised(
    Event,
    published_by=("erp", "cash_app"),
    key=("customer_id", "payer_account", "advice_id"),
    subject="advice_id",
    order=("advised_on", "advice_id"),
):
    """What a payer says a payment is for, sent apart from the money, days before or after it."""

    advice_id: Identifier
    company_id: Identifier
    customer_id: Identifier | None = None
    payer_account: Identifier | None = None
    payer_name: Annotated[str, Field(max_length=200)] | None = None
    trace_number: Identifier | None = None
    """The reference that the payment carries too; without it payer and amount join the two."""
    currency: Currency
    amount: PositiveAmount
    """The cash of the whole payment."""
    advised_on: BusinessDate
    lines: Annotated[tuple[RemittanceLine, ...], Field(min_length=1, max_length=2000)]


class PaymentReturned(
    Event,
    published_by=("erp", "cash_app"),
    key=("customer_id", "payer_account", "bank_reference"),
    subject="return_id",
    order=("value_date", "return_id"),
):
    """Money taken back by the bank: a returned check or ACH item, a reversed credit, a chargeback."""

    return_id: Identifier
    bank_reference: Identifier
    """The bank's reference of the return itself: two returns with the same one are one return."""
    original_bank_reference: Identifier | None = None
    """The `bank_reference` of the payment that is returned, where the bank says it."""
    company_id: Identifier
    customer_id: Identifier | None = None
    payer_account: Identifier | None = None
    currency: Currency
    amount: PositiveAmount
    value_date: BusinessDate
    reason_code: Annotated[str, Field(max_length=40)] = ""
    """The bank's code: ISO 20022 (AC04), Nacha (R01), or its own; empty where it says none."""
    reason: Text = ""
