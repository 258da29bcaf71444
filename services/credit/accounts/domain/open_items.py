"""What a customer owes on one document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from pydantic_core import from_json, to_json

from services.credit.accounts.domain.account_profile import NEVER_DUE
from services.credit.payment_history.domain.trade_days import AppliedCash, TradeDay
from shared.contracts.cash_app import OpenItemChanged
from shared.kernel.money import round_half_up

NO_PAYMENTS: Final = "[]"


@dataclass(slots=True)
class OpenItem:
    """An open item as cash_app last reported it; amounts in `currency`.

    Version 0 is an invoice that invoicing posted for an order, before cash_app has reported the item.
    """

    customer_id: str
    item_id: str
    currency: str
    open_amount: Decimal = Decimal(0)
    item_version: int = 0
    due_date: date = NEVER_DUE
    """NEVER_DUE while the item is disputed, or before cash_app has reported it."""
    closed_on: date | None = None
    order_id: str | None = None
    """The order it was invoiced from; None if that is not known."""
    contested: bool = False
    """It was disputed while it was overdue: a late payment is not held against the customer."""
    payments: str = NO_PAYMENTS
    """JSON list of the cash applied to it, so that a reversed application can be taken out of the history."""

    @classmethod
    def invoiced(cls, customer_id: str, item_id: str, currency: str, amount: Decimal, order_id: str) -> OpenItem:
        """The item an invoice, or an instalment of it, will become: counted at once, so that exposure has no gap."""
        return cls(customer_id, item_id, currency, round_half_up(amount, currency), order_id=order_id)

    def changed(self, change: OpenItemChanged) -> None:
        """Updates what is open; an older `change` is ignored."""
        if change.item_version <= self.item_version:
            return
        was_disputed = self.item_version > 0 and self.due_date == NEVER_DUE
        self.contested = self.contested or (was_disputed and change.business_date > change.due_date)
        self.open_amount = round_half_up(change.open_amount, change.currency)
        self.item_version = change.item_version
        self.due_date = NEVER_DUE if change.disputed else change.due_date
        self.closed_on = None if self.open_amount else change.business_date

    def record_payment(self, cash: AppliedCash) -> None:
        """Records an application."""
        entry = [cash.application_id, str(cash.paid_on), str(cash.amount), cash.held_against]
        self.payments = to_json([*from_json(self.payments), entry]).decode()

    def remove_payment(self, application_id: str) -> list[AppliedCash]:
        """Removes an application; returns what was recorded of it."""
        entries = from_json(self.payments)
        self.payments = to_json([entry for entry in entries if entry[0] != application_id]).decode()
        return [
            AppliedCash(identity, date.fromisoformat(day), Decimal(amount), held_against)
            for identity, day, amount, held_against in entries
            if identity == application_id
        ]


def trade_days_of(change: OpenItemChanged, item: OpenItem) -> list[TradeDay]:
    """What a change adds to the customer's payment history. Call it after `item.changed(change)`.

    Not held against the customer: late money for an item that is disputed, or was disputed while it was overdue; and
    credit memos, as they correct our own mistake.
    """
    held_against = not (change.disputed or item.contested or change.payment_method == "credit_memo")
    days = [TradeDay.of(change, held_against=held_against)]
    if change.cause == "cash":
        item.record_payment(AppliedCash(change.cause_id, change.business_date, -change.change, held_against))
    elif change.cause == "unapplied":
        days += [TradeDay.undone(change, cash) for cash in item.remove_payment(change.reverses or change.cause_id)]
    return days
