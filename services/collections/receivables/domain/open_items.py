"""An open item as collections sees it: what is still owed, and how far it was dunned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shared.contracts.cash_app import ItemKind, OpenItemChanged
from shared.kernel.aging import days_overdue


@dataclass(slots=True)
class OpenItem:
    """Amounts in `currency`. cash_app is the authority on everything but `last_dunning_step`."""

    item_id: str
    item_version: int
    customer_id: str
    company_id: str
    document_number: str
    currency: str
    original_amount: Decimal
    open_amount: Decimal
    document_date: date
    due_date: date
    disputed: bool
    last_dunning_step: int = 0
    """The highest step of the dunning ladder for which a notice about this item was sent; 0 for none."""
    charged_until: date | None = None
    """The last day for which a finance charge was assessed."""
    charge_carried: bool = False
    """Whether days are left to be charged later, as too little was due for them."""
    closed_on: date | None = None
    """The day from which nothing is open, by the value date of what closed it; None while something is."""
    changes: dict[date, Decimal] = field(default_factory=dict)
    """By how much the open amount changed, by the day from which the change counts: the value date of its payment."""
    kind: ItemKind = "invoice"

    @classmethod
    def from_change(cls, change: OpenItemChanged) -> OpenItem:
        """The item as its first received change describes it."""
        item = cls(
            item_id=change.item_id,
            item_version=change.item_version,
            customer_id=change.customer_id,
            company_id=change.company_id,
            document_number=change.document_number,
            currency=change.currency,
            original_amount=change.original_amount,
            open_amount=change.open_amount,
            document_date=change.document_date,
            due_date=change.due_date,
            disputed=change.disputed,
            kind=change.kind,
        )
        item._count(change)
        return item

    def update(self, change: OpenItemChanged) -> None:
        """Takes over what is owed now. Of an older version than the one stored only its change counts."""
        if change.item_version > self.item_version:
            self.item_version = change.item_version
            self.open_amount = change.open_amount
            self.due_date = change.due_date
            self.disputed = change.disputed
        self._count(change)

    def _count(self, change: OpenItemChanged) -> None:
        if change.item_version > 1 and change.change:
            day = change.value_date or change.business_date
            self.changes[day] = self.changes.get(day, Decimal(0)) + change.change
        self.closed_on = max(self.changes, default=None) if not self.open_amount else None

    def days_overdue(self, on: date) -> int:
        """Whole days past the due date on day `on`; zero or less while the item is not overdue."""
        return days_overdue(self.due_date, on)

    def is_overdue(self, on: date | None) -> bool:
        """Whether an amount is open past its due date; never before the first business day (`on` is None)."""
        return on is not None and self.open_amount > 0 and self.days_overdue(on) > 0
