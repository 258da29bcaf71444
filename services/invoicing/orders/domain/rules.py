"""The policy document `order_rules`: the largest quantity, the most lines and the latest date of an order."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Quantity


class OrderRules(BaseModel):
    """The largest quantity and number of lines of an order, and how far ahead orders and documents may be dated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line_quantity_max: Quantity
    """A line with a larger quantity is rejected: it must be a mistake."""
    lines_max: Annotated[int, Field(ge=1, le=500)] = 500
    """An order with more lines is rejected. 500 is the most that the events of an order carry."""
    days_ahead_max: Annotated[int, Field(ge=0, le=3650)]
    """An order or document dated more days after the business day is refused: it must be a mistake."""
