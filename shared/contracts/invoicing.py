"""Events of invoicing: the life of orders, requests to the warehouse, invoices, credit memos and finance charges."""

from __future__ import annotations

from decimal import Decimal
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
    Percent,
    PositiveAmount,
    Quantity,
    Text,
    UnitPrice,
)
from shared.contracts.inv_ctrl import LineNo
from shared.contracts.terms import Terms

Version = Annotated[int, Field(ge=1)]


class PricedLine(Body):
    """An order line with its price and tax; amounts in the document's currency."""

    line_no: LineNo
    item_id: Identifier
    quantity: Quantity
    unit_price: UnitPrice
    net: Amount
    tax_percent: Percent
    tax: Amount


class OrderValidated(
    Event, published_by=("invoicing",), subject="order_id", order=("order_date", "order_id", "revision")
):
    """An order was validated, priced and taxed. Credit decides on it next.

    An amended order is published again with its new revision, and credit decides again. State-carrying: an older
    revision is ignored.
    """

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    order_date: BusinessDate
    currency: Currency
    net: NonNegativeAmount
    tax: NonNegativeAmount
    total: NonNegativeAmount
    ship_complete: bool
    lines: Annotated[tuple[PricedLine, ...], Field(min_length=1, max_length=500)]
    revision: Version = 1
    order_version: Version = 1
    """The version of OpenOrderChanged as of which `total` is the open amount."""
    amended_on: BusinessDate | None = None
    """The business day of this revision; None: `order_date`."""


class Reason(Body):
    """A reason as a stable code, and as a sentence that a clerk can read to the customer."""

    code: Identifier
    text: Text


class OrderRejected(Event, published_by=("invoicing",), subject="order_id", order=("order_date", "order_id")):
    """An order was rejected. All reasons are given, not only the first one."""

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    order_date: BusinessDate
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=2000)]


class OrderAmendmentRefused(
    Event, published_by=("invoicing",), subject="order_id", order=("amended_on", "order_id", "revision")
):
    """An amendment of an order was refused. The order is unchanged. All reasons are given."""

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    revision: Version
    """The refused revision."""
    standing_revision: Version
    amended_on: BusinessDate
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=2000)]


class InvoiceInstalment(Body):
    """A part of an invoice's total with a due date of its own. It becomes an open item of its own."""

    item_id: Identifier
    due_date: BusinessDate
    amount: PositiveAmount


class OpenOrderChanged(Event, published_by=("invoicing",), subject="order_id", order=("order_id", "order_version")):
    """The open amount of an order changed: what is neither invoiced nor cancelled, including tax.

    Invoicing owns this amount. State-carrying: an older `order_version` is ignored. `open_amount` is 0 when the order
    is fully invoiced or cancelled.
    """

    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    order_version: Version
    state: Identifier
    currency: Currency
    open_amount: NonNegativeAmount
    business_date: BusinessDate
    invoice_id: Identifier | None = None
    """The invoice that caused this change; None: another cause."""
    invoiced_amount: NonNegativeAmount = Decimal(0)
    """The total of `invoice_id`, including tax. Credit moves this exposure from the order to the item in one step."""
    customer_reference: Text = ""
    """The customer's own number of the order, such as a purchase order."""
    instalments: Annotated[tuple[InvoiceInstalment, ...], Field(max_length=60)] = ()
    """Those of `invoice_id`, each an item of its own; empty: the invoice is one item."""


class CreditCheckRequested(
    Event, published_by=("invoicing",), subject="order_id", order=("business_date", "order_id", "order_version")
):
    """A new credit decision on an order was requested, because its approval expired before all stock was allocated.

    Credit answers CreditApproved or CreditHeld.
    """

    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    order_version: Version
    currency: Currency
    open_amount: NonNegativeAmount
    """The part of the order that is neither invoiced nor cancelled, including tax."""
    business_date: BusinessDate


class RequestedLine(Body):
    """The quantity of one order line that is requested, backordered, released or picked."""

    line_no: LineNo
    item_id: Identifier
    quantity: Quantity


class StockRequested(
    Event, published_by=("invoicing",), subject="request_id", order=("business_date", "order_id", "request_id")
):
    """Stock was requested for an order. Inventory control answers with StockAnswered, under the same ids."""

    request_id: Identifier
    request_no: Annotated[int, Field(ge=1)]
    """Counts the stock requests of the order, from 1."""
    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    ship_complete: bool
    """Allocate everything or nothing."""
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class OrderBackordered(Event, published_by=("invoicing",), subject="order_id", order=("business_date", "order_id")):
    """Lines of an order were backordered: they wait for stock."""

    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class AllocationReleased(
    Event, published_by=("invoicing",), subject="request_id", order=("business_date", "order_id", "request_id")
):
    """Allocated stock was released, because the lines were cancelled while the request was on its way."""

    request_id: Identifier
    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class PickListReleased(
    Event, published_by=("invoicing",), subject="pick_list_id", order=("released_on", "order_id", "pick_list_id")
):
    """A pick list was released to the warehouse, to be picked and shipped."""

    pick_list_id: Identifier
    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    released_on: BusinessDate
    ship_to_id: Identifier | None = None
    """The customer to whom the goods go; None: `customer_id`."""
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class InvoicedLine(Body):
    """One line of an invoice; amounts in the invoice's currency."""

    line_no: LineNo
    item_id: Identifier
    description: Text
    quantity: Quantity
    unit_price: UnitPrice
    net: Amount
    tax_percent: Percent
    tax: Amount


class FinanceChargePosted(Event, published_by=("invoicing",), subject="charge_id", order=("charge_date", "charge_id")):
    """A finance charge (interest or a fee) was posted in the journal. It becomes an open item in cash_app."""

    charge_id: Identifier
    charge_number: Identifier
    """Printed on the document."""
    company_id: Identifier
    customer_id: Identifier
    kind: Literal["interest", "fee"]
    charge_date: BusinessDate
    due_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    reason: Text


class CreditMemoPosted(
    Event, published_by=("invoicing",), subject="credit_memo_id", order=("credit_date", "credit_memo_id")
):
    """A credit memo was posted: Dr revenue and tax, Cr receivables. cash_app applies it."""

    credit_memo_id: Identifier
    credit_memo_number: Identifier
    """Printed on the document."""
    company_id: Identifier
    customer_id: Identifier
    invoice_number: Identifier | None = None
    """The invoice or finance charge that it corrects, and settles first unless `settles_document` is given."""
    credit_date: BusinessDate
    currency: Currency
    net: NonNegativeAmount
    tax: NonNegativeAmount
    total: PositiveAmount
    reason: Text
    reason_code: Identifier | None = None
    """A reason code of the policy credit_memo_rules, e.g. `pricing`."""
    settles_document: Identifier | None = None
    """The item that it settles first: a deduction from the invoice."""


class CreditMemoDeclined(Event, published_by=("invoicing",), subject="request_id", order=("declined_on", "request_id")):
    """A requested credit memo was declined. It answers CreditMemoRequested with the same `request_id`."""

    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    declined_on: BusinessDate
    declined_by: Text
    reason: Text


class InvoicePosted(Event, published_by=("invoicing",), subject="invoice_id", order=("invoice_date", "invoice_id")):
    """An invoice was posted in the journal. It becomes an open item in cash_app."""

    invoice_id: Identifier
    """Derived from the shipment, or from the number of the invoice brought forward."""
    invoice_number: Identifier
    """Printed on the document."""
    series: Identifier | None = None
    """The series of the number; None where it is one of the previous system's."""
    sequence_number: Annotated[int, Field(ge=1)] | None = None
    """The number within the series, which has no gaps."""
    company_id: Identifier
    customer_id: Identifier
    order_id: Identifier | None = None
    ship_to_id: Identifier | None = None
    """The customer to whom the goods went; None: `customer_id`, who owes the invoice."""
    origin: Literal["shipment", "brought_forward", "debit_memo"]
    """A debit memo charges again an amount that was credited by mistake."""
    invoice_date: BusinessDate
    due_date: BusinessDate
    terms: Terms
    discount_date: BusinessDate | None = None
    currency: Currency
    net: NonNegativeAmount
    tax: NonNegativeAmount
    total: PositiveAmount
    discount_amount: NonNegativeAmount
    """The early-payment discount if the invoice is paid in full by `discount_date`."""
    disputed: bool = False
    jurisdiction: Identifier | None = None
    """Where the tax is raised: a country, or a country and its part, e.g. `US-CA`. None: not known."""
    instalments: Annotated[tuple[InvoiceInstalment, ...], Field(max_length=60)] = ()
    """At least two parts that add up to `total`, the last one due on `due_date`; empty: all is due on `due_date`."""
    lines: Annotated[tuple[InvoicedLine, ...], Field(max_length=500)] = ()
    customer_reference: Text = ""
    """The customer's own number of the order, such as a purchase order: payers name it instead of the invoice."""
