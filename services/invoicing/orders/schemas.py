"""Orders as people see them. Amounts are texts, in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from services.invoicing.orders.domain.life import State
from services.invoicing.orders.domain.lines import OrderLine
from services.invoicing.orders.store import order_from_row
from shared.contracts.invoicing import Reason, RequestedLine
from shared.kernel.money import round_half_up

Row = Mapping[str, Any]


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
    ship_to_id: str | None
    """The customer to whom the goods go; None: `customer_id`, who is invoiced."""

    @classmethod
    def of(cls, row: Row) -> OrderView:
        return cls.model_validate(rounded(row, "net", "tax", "total", "open_amount"))


class OrderLineView(BaseModel):
    """A line with its quantity by status."""

    line_no: int
    item_id: str
    description: str
    quantity: int
    unit_price: Decimal
    net: Decimal
    tax_percent: Decimal
    tax: Decimal
    unrequested: int
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


class InvoiceOfOrder(BaseModel):
    invoice_id: str
    invoice_number: str
    company_id: str
    customer_id: str
    order_id: str | None
    ship_to_id: str | None
    """The customer to whom the goods went; None: `customer_id`."""
    shipment_id: str | None
    invoice_date: date
    due_date: date
    currency: str
    net: Decimal
    tax: Decimal
    total: Decimal
    disputed: bool

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls.model_validate(rounded(row, "net", "tax", "total"))


class OrderDetail(OrderView):
    jurisdiction: str
    terms: str
    revision: int
    """Counts the amendments, from 1."""
    order_version: int
    rules_version: int
    """Version of the policy order_rules it was validated with; 0 is the shipped one."""
    tax_version: int
    """Version of the policy tax_rates it was taxed with."""
    reasons: list[Reason]
    lines: list[OrderLineView]
    history: list[StepView]
    pick_lists: list[PickListView]
    shipments: list[ShipmentView]
    invoices: list[InvoiceOfOrder]

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
                "pick_lists": [_parsed(pick_list) for pick_list in pick_lists],
                "shipments": [_parsed(shipment) for shipment in shipments],
                "invoices": [InvoiceOfOrder.of(invoice) for invoice in invoices],
            }
        )


def rounded(row: Row, *amounts: str) -> dict[str, Any]:
    """The row with its amounts at the exponent of its currency."""
    return {**row, **{name: round_half_up(row[name], row["currency"]) for name in amounts}}


def _parsed(row: Row) -> dict[str, Any]:
    return {**row, "lines": json.loads(row["lines"])}


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
        unrequested=line.unrequested,
        requested=line.requested,
        backordered=line.backordered,
        picking=line.picking,
        shipped=line.shipped,
        cancelled=line.cancelled,
    )
