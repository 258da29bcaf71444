"""What invoicing says: what became of orders, what goes to the warehouse, what was invoiced."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.erp import Terms
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
    """The order can be delivered and is priced and taxed; credit decides next.

    An order that was amended is said again under its new revision, and decided on again. State-carrying: an older
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
    """Its place among the versions of OpenOrderChanged: as of it, `total` is what is open."""
    amended_on: BusinessDate | None = None
    """The business day of this revision; None: `order_date`."""


class Reason(Body):
    """A reason in words a clerk can read to a customer, with a stable code beside it."""

    code: Identifier
    text: Text


class OrderRejected(Event, published_by=("invoicing",), subject="order_id", order=("order_date", "order_id")):
    """The order cannot be taken; every reason is given, not just the first."""

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    order_date: BusinessDate
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=2000)]


class OrderAmendmentRefused(
    Event, published_by=("invoicing",), subject="order_id", order=("amended_on", "order_id", "revision")
):
    """A new revision of an order cannot be taken; the order stands as it was. Every reason is given."""

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    revision: Version
    """The one that is refused."""
    standing_revision: Version
    amended_on: BusinessDate
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=2000)]


class OpenOrderChanged(Event, published_by=("invoicing",), subject="order_id", order=("order_id", "order_version")):
    """What of an order is neither invoiced nor cancelled, incl. tax. Invoicing is the authority on it.

    State-carrying: an older `order_version` is ignored. `open_amount` is nil once the order is
    invoiced or cancelled in full.
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
    """The invoice this change comes from; it takes over `invoiced_amount` of the order."""
    invoiced_amount: NonNegativeAmount = Decimal(0)
    """Total of `invoice_id`, incl. tax. Exposure moves from the order to the item in one step, without a gap."""


class CreditCheckRequested(
    Event, published_by=("invoicing",), subject="order_id", order=("business_date", "order_id", "order_version")
):
    """Asks credit to look at an order again before more of it is set aside: its approval is too old by now.

    Answered by CreditApproved or CreditHeld.
    """

    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    order_version: Version
    currency: Currency
    open_amount: NonNegativeAmount
    """What of the order is neither invoiced nor cancelled, incl. tax."""
    business_date: BusinessDate


class RequestedLine(Body):
    line_no: LineNo
    item_id: Identifier
    quantity: Quantity


class StockRequested(
    Event, published_by=("invoicing",), subject="request_id", order=("business_date", "order_id", "request_id")
):
    """Asks inventory control to set stock aside; answered by StockAnswered with the same request_id."""

    request_id: Identifier
    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    ship_complete: bool
    """Allocate everything or nothing."""
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class OrderBackordered(Event, published_by=("invoicing",), subject="order_id", order=("business_date", "order_id")):
    """Lines that wait for stock."""

    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class AllocationReleased(
    Event, published_by=("invoicing",), subject="request_id", order=("business_date", "order_id", "request_id")
):
    """Gives stock back that was set aside for a request nobody wants any more (cancelled while it was asked for)."""

    request_id: Identifier
    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    business_date: BusinessDate
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class PickListReleased(
    Event, published_by=("invoicing",), subject="pick_list_id", order=("released_on", "order_id", "pick_list_id")
):
    """Tells the warehouse what to pick and ship."""

    pick_list_id: Identifier
    order_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    released_on: BusinessDate
    lines: Annotated[tuple[RequestedLine, ...], Field(min_length=1, max_length=500)]


class InvoicedLine(Body):
    line_no: LineNo
    item_id: Identifier
    description: Text
    quantity: Quantity
    unit_price: UnitPrice
    net: Amount
    tax_percent: Percent
    tax: Amount


class FinanceChargePosted(Event, published_by=("invoicing",), subject="charge_id", order=("charge_date", "charge_id")):
    """Interest or a fee is charged and in invoicing's journal; it becomes an open item of cash_app."""

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
    """A credit to the customer is in invoicing's journal: Dr revenue and tax, Cr receivables. cash_app applies it."""

    credit_memo_id: Identifier
    credit_memo_number: Identifier
    """Printed on the document."""
    company_id: Identifier
    customer_id: Identifier
    invoice_number: Identifier | None = None
    """The invoice or finance charge it corrects, and settles first unless `settles_document` says otherwise."""
    credit_date: BusinessDate
    currency: Currency
    net: NonNegativeAmount
    tax: NonNegativeAmount
    total: PositiveAmount
    reason: Text
    reason_code: Identifier | None = None
    """Of the policy credit_memo_rules, e.g. `pricing`."""
    settles_document: Identifier | None = None
    """The item it settles first: a deduction, which took over what was kept back of the invoice."""


class CreditMemoDeclined(Event, published_by=("invoicing",), subject="request_id", order=("declined_on", "request_id")):
    """What collections asked for is not credited: CreditMemoRequested of the same request_id is answered."""

    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    declined_on: BusinessDate
    declined_by: Text
    reason: Text


class InvoicePosted(Event, published_by=("invoicing",), subject="invoice_id", order=("invoice_date", "invoice_id")):
    """An invoice is in the books; it becomes an open item of cash_app."""

    invoice_id: Identifier
    """Stable identity: derived from the shipment, or from the number brought forward."""
    invoice_number: Identifier
    """Printed on the document; without gaps within its series."""
    company_id: Identifier
    customer_id: Identifier
    order_id: Identifier | None = None
    origin: Literal["shipment", "brought_forward", "debit_memo"]
    """A debit memo charges again what a credit memo took off by mistake."""
    invoice_date: BusinessDate
    due_date: BusinessDate
    terms: Terms
    discount_date: BusinessDate | None = None
    currency: Currency
    net: NonNegativeAmount
    tax: NonNegativeAmount
    total: PositiveAmount
    discount_amount: NonNegativeAmount
    """What may be kept when all is paid by `discount_date`."""
    disputed: bool = False
    lines: Annotated[tuple[InvoicedLine, ...], Field(max_length=500)] = ()
