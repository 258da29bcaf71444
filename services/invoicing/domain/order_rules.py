"""The policy `order_rules`: how much and how far ahead may be ordered."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Quantity


class OrderRules(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    line_quantity_max: Quantity
    """More of one line is taken for a mistake of the orderer."""
    days_ahead_max: Annotated[int, Field(ge=0, le=3650)]
    """An order dated further after the business day is taken for a mistake."""
