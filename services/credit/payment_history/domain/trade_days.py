"""What a customer bought, paid and promised on one business day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from shared.contracts.cash_app import OpenItemChanged


@dataclass(frozen=True, slots=True)
class AppliedCash:
    """Cash of one application, as it was counted in the customer's history."""

    application_id: str
    paid_on: date
    amount: Decimal
    held_against: bool
    """True: counted by its days beyond terms. False: the customer is not to blame for the delay."""


class TradeDay(NamedTuple):
    """What one event adds to a customer's sums of a business day; amounts in `currency`.

    Sums can be added in any order, so the order in which events arrive makes no difference.
    """

    customer_id: str
    currency: str
    business_date: date
    balance_change: Decimal = Decimal(0)
    purchases: Decimal = Decimal(0)
    paid_items: int = 0
    paid_amount: Decimal = Decimal(0)
    late_items_days: int = 0
    late_amount: Decimal = Decimal(0)
    amount_days: Decimal = Decimal(0)
    """Amount times the days it came beyond terms; money that came early or in time adds nothing."""
    disputed_amount: Decimal = Decimal(0)
    broken_promises: int = 0
    first_document: date | None = None

    @classmethod
    def of(cls, change: OpenItemChanged, *, held_against: bool = True) -> TradeDay:
        """Cash counts by its days beyond terms, unless they are not held against the customer."""
        bought = change.change if change.cause == "posted" and change.kind == "invoice" else Decimal(0)
        cash = -change.change if change.cause == "cash" else Decimal(0)
        return cls(
            customer_id=change.customer_id,
            currency=change.currency,
            business_date=change.business_date,
            balance_change=change.change,
            purchases=bought,
            first_document=change.document_date if bought else None,
            **_paid(change, cash, change.business_date, held_against=held_against),
        )

    @classmethod
    def undone(cls, change: OpenItemChanged, cash: AppliedCash) -> TradeDay:
        """Takes an application out of the day it was counted on; the balance moves on the day it was undone."""
        counted = _paid(change, cash.amount, cash.paid_on, held_against=cash.held_against)
        opposite = {name: -value for name, value in counted.items()}
        return cls(change.customer_id, change.currency, cash.paid_on, **opposite)


def _paid(change: OpenItemChanged, cash: Decimal, paid_on: date, *, held_against: bool) -> dict[str, Any]:
    late_days = max(0, (paid_on - change.due_date).days)
    counted = cash if held_against else Decimal(0)
    return {
        "paid_items": 1 if counted else 0,
        "paid_amount": counted,
        "late_items_days": late_days if counted else 0,
        "late_amount": counted if late_days else Decimal(0),
        "amount_days": counted * late_days,
        "disputed_amount": cash - counted,
    }
