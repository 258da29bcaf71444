"""How a customer has paid, in a few figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from services.credit.domain.open_items import AppliedCash, OpenItem
from shared.contracts.cash_app import OpenItemChanged

REVERSAL: Final = "/R"
"""cash_app names a reversal after the application it undoes."""


class TradeDay(NamedTuple):
    """What one event adds to a customer's sums of a business day; amounts in `currency`.

    Sums can be added in any order, so it makes no difference in which order they are heard.
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
            **_paid(change, cash, change.business_date, held_against),
        )

    @classmethod
    def undone(cls, change: OpenItemChanged, cash: AppliedCash) -> TradeDay:
        """Takes an application out of the day it was counted on; the balance moves on the day it was undone."""
        counted = _paid(change, cash.amount, cash.paid_on, cash.held_against)
        opposite = {name: -value for name, value in counted.items()}
        return cls(change.customer_id, change.currency, cash.paid_on, **opposite)


def told_by(change: OpenItemChanged, item: OpenItem) -> list[TradeDay]:
    """What a change, which the item has taken in, adds to the customer's history.

    Not held against the customer: what came late for an item that is disputed, or was while it was overdue, and
    what we credited, as we were found wrong.
    """
    held_against = not (change.disputed or item.contested or change.payment_method == "credit_memo")
    days = [TradeDay.of(change, held_against=held_against)]
    if change.cause == "cash":
        item.paid(AppliedCash(change.cause_id, change.business_date, -change.change, held_against))
    elif change.cause == "unapplied":
        days += [TradeDay.undone(change, cash) for cash in item.taken_back(change.cause_id.removesuffix(REVERSAL))]
    return days


def _paid(change: OpenItemChanged, cash: Decimal, paid_on: date, held_against: bool) -> dict[str, Any]:
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


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A span of months up to a day, looked back upon. Days are beyond terms, never below nil."""

    payments: int = 0
    """Items that money came for, a part payment counting as one."""
    paid_amount: Decimal = Decimal(0)
    average_days_late: Decimal = Decimal(0)
    weighted_days_late: Decimal = Decimal(0)
    trend_days: Decimal | None = None
    """Weighted days of the last months less those before; None where one of the two has no payment."""
    late_share_percent: Decimal = Decimal(0)
    """Of the amount paid."""
    disputed_amount: Decimal = Decimal(0)
    """Paid on disputed items or credited by us, and therefore in none of the figures above."""
    broken_promises: int = 0
    highest_balance: Decimal = Decimal(0)
    highest_balance_percent: Decimal = Decimal(0)
    """Of the credit limit."""
    relationship_months: int = 0
    monthly_purchases: Decimal = Decimal(0)
    """Invoiced, incl. tax, a month on average."""

    def value(self, fact: str) -> Decimal:
        """The figure a scorecard asks for."""
        value = getattr(self, fact)
        return Decimal(0) if value is None else Decimal(value)


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - 1 if later.day < earlier.day else months


def months_before(day: date, months: int) -> date:
    """The first day of the span of `months` months that ends on `day`; short months count as they are."""
    total = day.year * 12 + day.month - 1 - months
    year, month = divmod(total, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


def months_after(day: date, months: int) -> date:
    """The same day `months` months later, or that month's last day."""
    return months_before(day, -months)
