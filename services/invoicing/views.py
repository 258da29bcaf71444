"""What invoicing shows and takes over HTTP. Amounts are texts, in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.invoicing.domain.order_life import State
from services.invoicing.domain.order_lines import OrderLine
from services.invoicing.domain.validation import ORDER_NUMBER_CHARACTERS_MAX
from services.invoicing.records import order_from_row, terms_from_row
from shared.contracts.erp import OrderedLine
from shared.contracts.event import BusinessDate, Currency, Identifier, Text
from shared.contracts.invoicing import InvoicedLine, Reason, RequestedLine
from shared.kernel.money import round_half_up

Row = Mapping[str, Any]


class CaptureOrder(BaseModel):
    """An order taken by phone or over the web."""

    model_config = ConfigDict(extra="forbid")

    order_id: Annotated[Identifier, Field(max_length=ORDER_NUMBER_CHARACTERS_MAX)] | None = None
    """The number the order is to have; given by us where it has none."""
    customer_id: Identifier
    company_id: Identifier | None = None
    """The customer's own company unless given."""
    order_date: BusinessDate | None = None
    """The current business day unless given."""
    currency: Currency | None = None
    """The customer's own currency unless given."""
    customer_reference: Text = ""
    jurisdiction: Identifier | None = None
    """Ship-to jurisdiction; the customer's own unless given."""
    ship_complete: bool = False
    lines: Annotated[list[OrderedLine], Field(min_length=1, max_length=500)]


class OrderCaptured(BaseModel):
    """The order is on its way through validation; `GET /orders/{order_id}` shows what becomes of it."""

    order_id: str
    customer_id: str
    order_date: date
    currency: str


class AmendOrder(BaseModel):
    """The order as it is to be now, and why."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[list[OrderedLine], Field(min_length=1, max_length=500)]
    """All of its lines, not only those that change."""
    customer_reference: Text | None = None
    """Left out, this and the next stay as they are."""
    ship_complete: bool | None = None
    reason: Annotated[Text, Field(min_length=1)]


class OrderAmended(BaseModel):
    """The revision is on its way through validation; `GET /orders/{order_id}` shows what becomes of it."""

    order_id: str
    revision: int


class CancelOrder(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Text, Field(min_length=1)]


class OrderCancelledView(BaseModel):
    order_id: str
    state: State
    currency: str
    open_amount: Decimal
    """What still ships and will be invoiced, incl. tax."""


class OrderView(BaseModel):
    order_id: str
    company_id: str
    customer_id: str
    order_date: date
    state: State
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    open_amount: Decimal
    """Neither invoiced nor cancelled, incl. tax."""
    ship_complete: bool
    customer_reference: str

    @classmethod
    def of(cls, row: Row) -> OrderView:
        return cls.model_validate(rounded(row, "net", "tax", "total", "open_amount"))


class RejectedOrderView(BaseModel):
    order_id: str
    company_id: str
    customer_id: str
    order_date: date
    customer_reference: str
    reasons: list[Reason]

    @classmethod
    def of(cls, row: Row) -> RejectedOrderView:
        return cls.model_validate({**row, "reasons": json.loads(row["reasons"])})


class OrderLineView(BaseModel):
    """A line and where its units are."""

    line_no: int
    item_id: str
    description: str
    quantity: int
    unit_price: Decimal
    net: Decimal
    tax_percent: Decimal
    tax: Decimal
    unasked: int
    requested: int
    backordered: int
    picking: int
    shipped: int
    cancelled: int


class StepView(BaseModel):
    seq: int
    state: State
    happened_on: date
    why: str


class PickListView(BaseModel):
    pick_list_id: str
    released_on: date
    lines: list[RequestedLine]


class ShipmentView(BaseModel):
    shipment_id: str
    shipped_on: date
    invoice_id: str | None
    """None where there was nothing to charge."""
    lines: list[dict[str, int]]


class InvoiceView(BaseModel):
    invoice_id: str
    invoice_number: str
    company_id: str
    customer_id: str
    order_id: str | None
    shipment_id: str | None
    invoice_date: date
    due_date: date
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    disputed: bool

    @classmethod
    def of(cls, row: Row) -> InvoiceView:
        return cls.model_validate(rounded(row, "net", "tax", "total"))


class InvoiceDetail(InvoiceView):
    terms: str
    """As they are printed, e.g. `2/10 net 30`."""
    discount_date: date | None
    discount_amount: Decimal
    """What may be kept when all is paid by `discount_date`."""
    lines: list[InvoicedLine]

    @classmethod
    def of(cls, row: Row) -> InvoiceDetail:
        told = rounded(row, "net", "tax", "total", "discount_amount")
        return cls.model_validate({**told, "terms": str(terms_from_row(row)), "lines": json.loads(row["lines"])})


class OrderDetail(OrderView):
    jurisdiction: str
    terms: str
    revision: int
    """How often it was amended, counted from 1."""
    order_version: int
    rules_version: int
    """Version of the policy order_rules it was judged by; 0 is the shipped one."""
    tax_version: int
    """Version of the policy tax_rates it was taxed by."""
    reasons: list[Reason]
    lines: list[OrderLineView]
    history: list[StepView]
    pick_lists: list[PickListView]
    shipments: list[ShipmentView]
    invoices: list[InvoiceView]

    @classmethod
    def assemble(
        cls,
        row: Row,
        history: Iterable[Row],
        pick_lists: Iterable[Row],
        shipments: Iterable[Row],
        invoices: Iterable[Row],
    ) -> OrderDetail:
        order = order_from_row(row)
        head = {name: getattr(order, name) for name in cls.model_fields if hasattr(order, name)}
        return cls.model_validate(
            {
                **head,
                "terms": str(order.terms),
                "order_version": order.version,
                "reasons": list(order.reasons),
                "lines": [_line(line, order.currency) for line in order.lines],
                "history": [dict(step) for step in history],
                "pick_lists": [_with_lines(pick_list) for pick_list in pick_lists],
                "shipments": [_with_lines(shipment) for shipment in shipments],
                "invoices": [InvoiceView.of(invoice) for invoice in invoices],
            }
        )


class BackorderView(BaseModel):
    """A line that waits for stock."""

    order_id: str
    line_no: int
    customer_id: str
    company_id: str
    item_id: str
    order_date: date
    quantity: int
    waits_for_others: bool
    """The order ships complete and waits for other items too."""


class EarlyEventView(BaseModel):
    """What was said of an order before that which it answers, and waits for it."""

    kind: str
    subject: str
    customer_id: str
    order_id: str
    business_date: date
    body: dict[str, Any]

    @classmethod
    def of(cls, row: Row) -> EarlyEventView:
        return cls.model_validate(_parsed(row, "body"))


def rounded(row: Row, *amounts: str) -> dict[str, Any]:
    """The row with its amounts at the exponent of its currency."""
    return {**row, **{name: round_half_up(row[name], row["currency"]) for name in amounts}}


def _parsed(row: Row, column: str) -> dict[str, Any]:
    return {**row, column: json.loads(row[column])}


def _with_lines(row: Row) -> dict[str, Any]:
    return _parsed(row, "lines")


def _line(line: OrderLine, currency: str) -> OrderLineView:
    whole = line.whole(currency)
    return OrderLineView(
        line_no=line.line_no,
        item_id=line.item_id,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        net=whole.net,
        tax_percent=line.tax_percent,
        tax=whole.tax,
        unasked=line.unasked,
        requested=line.requested,
        backordered=line.backordered,
        picking=line.picking,
        shipped=line.shipped,
        cancelled=line.cancelled,
    )
