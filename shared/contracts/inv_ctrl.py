"""Events of inventory control: allocated stock, goods received, goods shipped."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import Body, BusinessDate, Event, Identifier, Quantity

LineNo = Annotated[int, Field(ge=1, le=9999)]
WholeQuantity = Annotated[int, Field(ge=0, le=10_000_000)]


class StockLine(Body):
    """The allocated and the missing quantity of one order line."""

    line_no: LineNo
    item_id: Identifier
    allocated: WholeQuantity
    short: WholeQuantity


class StockAnswered(
    Event, published_by=("inv_ctrl",), subject="request_id", order=("business_date", "order_id", "request_id")
):
    """Stock was allocated to an order, or is missing, line by line. It answers StockRequested."""

    request_id: Identifier
    request_no: Annotated[int, Field(ge=1)]
    """The number of the request. The answer may arrive before the event of the request."""
    order_id: Identifier
    customer_id: Identifier
    business_date: BusinessDate
    lines: Annotated[tuple[StockLine, ...], Field(min_length=1, max_length=500)]


class StockReplenished(
    Event,
    published_by=("inv_ctrl",),
    key="item_id",
    subject="replenishment_id",
    order=("business_date", "replenishment_id"),
):
    """Goods were received: `quantity` of the item is available for backorders."""

    replenishment_id: Identifier
    company_id: Identifier
    item_id: Identifier
    quantity: Quantity
    business_date: BusinessDate


class ShippedLine(Body):
    """The shipped quantity of one order line."""

    line_no: LineNo
    quantity: Quantity


class ShipmentConfirmed(
    Event, published_by=("inv_ctrl",), subject="shipment_id", order=("shipped_on", "order_id", "shipment_id")
):
    """Goods of an order left the warehouse. They can be invoiced."""

    shipment_id: Identifier
    order_id: Identifier
    customer_id: Identifier
    shipped_on: BusinessDate
    lines: Annotated[tuple[ShippedLine, ...], Field(min_length=1, max_length=500)]
