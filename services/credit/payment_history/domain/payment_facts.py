"""How a customer has paid, in a few figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from shared.kernel.calendar import months_before, months_between
from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class PaymentFactsQuery:
    """Whose payments are summed: over `months` months up to `as_of`, in the account's currency."""

    customer_id: str
    currency: str
    credit_limit: Decimal
    as_of: date
    months: int
    trend_months: int
    """The last months of the span; they are compared with the months before."""

    @property
    def since(self) -> date:
        return months_before(self.as_of, self.months)

    @property
    def recent(self) -> date:
        return months_before(self.as_of, self.trend_months)


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A span of months up to a day. Days are beyond terms and never below zero."""

    payments: int = 0
    """Items that money came for; a part payment counts as one."""
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

    @classmethod
    def of(cls, sums: Mapping[str, Any], query: PaymentFactsQuery) -> PaymentFacts:
        """The figures from the sums of the query `payment_facts`."""
        paid, recent, limit = sums["paid_amount"], sums["recent_amount"], query.credit_limit
        late_items_days, payments = sums["late_items_days"], sums["payments"]
        since = sums["first_document"]
        age = 0 if since is None else months_between(since, query.as_of)
        return cls(
            payments=payments,
            paid_amount=round_half_up(paid, query.currency),
            average_days_late=_tenths(Decimal(late_items_days) / payments if payments else Decimal(0)),
            weighted_days_late=_tenths(sums["amount_days"] / paid if paid else Decimal(0)),
            trend_days=_trend(sums, paid - recent),
            late_share_percent=_tenths(sums["late_amount"] * 100 / paid if paid else Decimal(0)),
            disputed_amount=round_half_up(sums["disputed_amount"], query.currency),
            broken_promises=sums["broken_promises"],
            highest_balance=round_half_up(sums["highest_balance"], query.currency),
            highest_balance_percent=_tenths(sums["highest_balance"] * 100 / limit if limit else Decimal(0)),
            relationship_months=age,
            monthly_purchases=round_half_up(sums["purchases"] / max(1, min(query.months, age)), query.currency),
        )

    def value(self, fact: str) -> Decimal:
        """The figure a scorecard asks for."""
        value = getattr(self, fact)
        return Decimal(0) if value is None else Decimal(value)


def _trend(sums: Mapping[str, Any], before: Decimal) -> Decimal | None:
    recent = sums["recent_amount"]
    if not recent or not before:
        return None
    earlier_days = sums["amount_days"] - sums["recent_amount_days"]
    return _tenths(sums["recent_amount_days"] / recent - earlier_days / before)


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
