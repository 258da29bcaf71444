"""What one cause did to the books, in the order it happened: said, moved, posted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from services.cash_app.domain.open_items import OpenItem
from shared.contracts.event import Event
from shared.kernel.journal import Posting


class CashMovement(NamedTuple):
    """A change of what a payment has in suspense, unapplied or on account, in the payment's currency: one row."""

    payment_id: str
    seq: int
    customer_id: str | None
    company_id: str
    currency: str
    business_date: date
    account: str
    change: Decimal
    cause_id: str


@dataclass(slots=True)
class Bookings:
    """Collected by the domain, written and published by the handler."""

    said: list[Event] = field(default_factory=list)
    cash: list[CashMovement] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    items: list[OpenItem] = field(default_factory=list)
    """Items that came into being: deductions."""
