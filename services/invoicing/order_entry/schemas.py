"""Order entry over HTTP: what people send and get. Amounts are texts, in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.invoicing.order_entry.domain.validation import ORDER_NUMBER_CHARACTERS_MAX
from services.invoicing.orders.domain.life import State
from shared.chassis.http.schemas import RequestBody, WithReason
from shared.contracts.erp import OrderedLine
from shared.contracts.event import BusinessDate, Currency, Identifier, Text
from shared.contracts.invoicing import Reason


class EnteredLine(OrderedLine):
    """A line as a person enters it: unlike an event, it has no unknown fields."""

    model_config = ConfigDict(extra="forbid")


class CaptureOrder(RequestBody):
    """An order that a person takes by phone or web."""

    order_id: Annotated[Identifier, Field(max_length=ORDER_NUMBER_CHARACTERS_MAX)] | None = None
    """The number of the order; left out, the order gets one."""
    customer_id: Identifier
    """Who orders. Where the ERP bills this customer to another one, the order is placed for that one, and ships to this
    customer."""
    ship_to_id: Identifier | None = None
    """The customer to whom the goods go; left out: `customer_id`."""
    company_id: Identifier | None = None
    """Left out: the customer's company."""
    order_date: BusinessDate | None = None
    """Left out: the current business day."""
    currency: Currency | None = None
    """Left out: the customer's currency."""
    customer_reference: Text = ""
    jurisdiction: Identifier | None = None
    """Ship-to jurisdiction; left out: that of the ship-to customer."""
    ship_complete: bool = False
    lines: Annotated[list[EnteredLine], Field(min_length=1, max_length=500)]


class OrderCaptured(BaseModel):
    """The order will be validated; `GET /orders/{order_id}` shows the result."""

    order_id: str
    customer_id: str
    order_date: date
    currency: str


class AmendOrder(WithReason):
    """The order as it shall be, and the reason for the change."""

    lines: Annotated[list[EnteredLine], Field(min_length=1, max_length=500)]
    """All lines of the order, not only those that change."""
    customer_reference: Text | None = None
    """Left out, this and the next are not changed."""
    ship_complete: bool | None = None


class OrderAmended(BaseModel):
    """The revision will be validated; `GET /orders/{order_id}` shows the result."""

    order_id: str
    revision: int


class OrderCancelledView(BaseModel):
    order_id: str
    state: State
    currency: str
    open_amount: Decimal
    """What is still shipped and invoiced, incl. tax."""


class RejectedOrderView(BaseModel):
    order_id: str
    company_id: str
    customer_id: str
    order_date: date
    customer_reference: str
    reasons: list[Reason]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> RejectedOrderView:
        return cls.model_validate({**row, "reasons": json.loads(row["reasons"])})
