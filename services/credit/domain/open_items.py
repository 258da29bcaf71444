"""What a customer owes on one document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.credit.domain.standing import NEVER
from shared.contracts.cash_app import OpenItemChanged
from shared.kernel.money import round_half_up


@dataclass(slots=True)
class OpenItem:
    """An open item as cash_app last told it; amounts in `currency`.

    Version 0 is an invoice that an order turned into, before cash_app has spoken of it.
    """

    customer_id: str
    item_id: str
    currency: str
    open_amount: Decimal = Decimal(0)
    item_version: int = 0
    due_date: date = NEVER
    """NEVER while the item is disputed, or cash_app has not spoken of it."""
    closed_on: date | None = None
    order_id: str | None = None
    """The order it was invoiced from; None where that is not known."""

    @classmethod
    def invoiced(cls, customer_id: str, invoice_id: str, currency: str, total: Decimal, order_id: str) -> OpenItem:
        """The item an invoice will become: counted at once, so that exposure has no gap."""
        return cls(customer_id, invoice_id, currency, round_half_up(total, currency), order_id=order_id)

    def changed(self, change: OpenItemChanged) -> None:
        """Takes in what is open now; nothing where `change` is older than what is known."""
        if change.item_version <= self.item_version:
            return
        self.open_amount = round_half_up(change.open_amount, change.currency)
        self.item_version = change.item_version
        self.due_date = NEVER if change.disputed else change.due_date
        self.closed_on = None if self.open_amount else change.business_date
