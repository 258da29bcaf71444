"""Backorders as people see them."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel


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
