"""What a customer owes on one document."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

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

    @classmethod
    def invoiced(cls, customer_id: str, invoice_id: str, currency: str, total: Decimal) -> OpenItem:
        """The item an invoice will become: counted at once, so that exposure has no gap."""
        return cls(customer_id, invoice_id, currency, round_half_up(total, currency))

    def changed(self, change: OpenItemChanged) -> Decimal:
        """Takes in what is open now; returns the difference, nil where `change` is older than what is known."""
        if change.item_version <= self.item_version:
            return Decimal(0)
        before, self.open_amount = self.open_amount, round_half_up(change.open_amount, change.currency)
        self.item_version = change.item_version
        return self.open_amount - before
