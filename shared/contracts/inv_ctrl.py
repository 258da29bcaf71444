"""What inventory control says: what stock was allocated, what came in, what left the warehouse."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from shared.contracts.event import Body, BusinessDate, Event, Identifier, Quantity

LineNo = Annotated[int, Field(ge=1, le=9999)]
WholeQuantity = Annotated[int, Field(ge=0, le=10_000_000)]


class StockLine(Body):
    line_no: LineNo
    item_id: Identifier
    allocated: WholeQuantity
    short: WholeQuantity


class StockAnswered(
    Event, published_by=("inv_ctrl",), subject="request_id", order=("business_date", "order_id", "request_id")
):
    """Answer to StockRequested: per line, what is set aside for the order and what is missing."""

    request_id: Identifier
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
    """Goods came in; `quantity` of the item is available to backorders."""

    replenishment_id: Identifier
    company_id: Identifier
    item_id: Identifier
    quantity: Quantity
    business_date: BusinessDate


class ShippedLine(Body):
    line_no: LineNo
    quantity: Quantity


class ShipmentConfirmed(
    Event, published_by=("inv_ctrl",), subject="shipment_id", order=("shipped_on", "order_id", "shipment_id")
):
    """Goods left the warehouse; what was shipped may be invoiced."""

    shipment_id: Identifier
    order_id: Identifier
    customer_id: Identifier
    shipped_on: BusinessDate
    lines: Annotated[tuple[ShippedLine, ...], Field(min_length=1, max_length=500)]
