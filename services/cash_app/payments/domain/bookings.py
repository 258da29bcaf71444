"""The result of a decision: everything that one cause changes in the books, in the order in which it happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.event import Event
from shared.kernel.journal import Posting


class CashMovement(NamedTuple):
    """A change of a payment's money in suspense, unapplied or on account, in the payment's currency: one row."""

    payment_id: str
    seq: int
    customer_id: str | None
    company_id: str
    currency: str
    business_date: date
    account: str
    change: Decimal
    cause_id: str


class Entry(NamedTuple):
    """The journal entry that a change is booked under."""

    entry_id: str
    on: date


class SplitPayment(Protocol):
    """A payment that began as a part of another one."""

    @property
    def payment_id(self) -> str: ...
    @property
    def held_since(self) -> date: ...


class SplitPart(NamedTuple):
    """A part that was split off a payment and became a payment of its own. `payment_id` is the whole's."""

    part: SplitPayment
    payment_id: str


@dataclass(slots=True)
class Bookings:
    """The domain fills it; the unit of work writes and publishes all of it with `CashWork.post`."""

    events: list[Event] = field(default_factory=list)
    movements: list[CashMovement] = field(default_factory=list)
    postings: list[Posting] = field(default_factory=list)
    items: list[OpenItem] = field(default_factory=list)
    """New items: deductions, and fees and claims for returned payments."""
    pending: list[PendingDocument] = field(default_factory=list)
    """Documents that payments wait for from now on."""
    parts: list[SplitPart] = field(default_factory=list)
    """New payments that were split off others."""
