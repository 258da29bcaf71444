"""What a customer owes on one document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from pydantic_core import from_json, to_json

from services.credit.domain.standing import NEVER
from shared.contracts.cash_app import OpenItemChanged
from shared.kernel.money import round_half_up

NO_PAYMENTS: Final = "[]"


@dataclass(frozen=True, slots=True)
class AppliedCash:
    """Cash of one application, as it was counted in the customer's history."""

    application_id: str
    paid_on: date
    amount: Decimal
    held_against: bool
    """Counted by its days beyond terms; else the customer is not to blame for them."""


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
    contested: bool = False
    """It was disputed while it was overdue: that it is paid late is not held against the customer."""
    payments: str = NO_PAYMENTS
    """The document of what was applied to it, so that an application that is undone leaves the history."""

    @classmethod
    def invoiced(cls, customer_id: str, invoice_id: str, currency: str, total: Decimal, order_id: str) -> OpenItem:
        """The item an invoice will become: counted at once, so that exposure has no gap."""
        return cls(customer_id, invoice_id, currency, round_half_up(total, currency), order_id=order_id)

    def changed(self, change: OpenItemChanged) -> None:
        """Takes in what is open now; nothing where `change` is older than what is known."""
        if change.item_version <= self.item_version:
            return
        was_disputed = self.item_version > 0 and self.due_date == NEVER
        self.contested = self.contested or (was_disputed and change.business_date > change.due_date)
        self.open_amount = round_half_up(change.open_amount, change.currency)
        self.item_version = change.item_version
        self.due_date = NEVER if change.disputed else change.due_date
        self.closed_on = None if self.open_amount else change.business_date

    def paid(self, cash: AppliedCash) -> None:
        """Remembers an application."""
        entry = [cash.application_id, str(cash.paid_on), str(cash.amount), cash.held_against]
        self.payments = to_json([*from_json(self.payments), entry]).decode()

    def taken_back(self, application_id: str) -> list[AppliedCash]:
        """Forgets an application; returns what of it was remembered."""
        entries = from_json(self.payments)
        self.payments = to_json([entry for entry in entries if entry[0] != application_id]).decode()
        return [
            AppliedCash(identity, date.fromisoformat(day), Decimal(amount), held_against)
            for identity, day, amount, held_against in entries
            if identity == application_id
        ]
