"""Aging over HTTP: amounts as strings, in the currency beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from services.analytics.aging.store import bucket_amounts, credit_amounts
from shared.contracts.event import Currency, Identifier


class AgingLine(BaseModel):
    """Open amounts by days overdue, of one company and currency (and customer, where requested by customer)."""

    company_id: Identifier
    currency: Currency
    as_of: date
    """The end of this day: the one asked for, or the company's own business day."""
    customer_id: Identifier | None = None
    customer_name: str | None = None
    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91_120: Decimal
    over_120: Decimal
    total: Decimal
    open_items: int
    on_account: Decimal
    """Credit of customers that settles no item yet; not part of `total`."""
    unapplied: Decimal
    """Money received from customers that is not applied yet; not part of `total`."""
    net: Decimal
    """`total` less `on_account` and `unapplied`."""

    @classmethod
    def of(cls, row: Any) -> Self:
        amounts = bucket_amounts(row)
        credit = credit_amounts(row)
        return cls(
            company_id=row["company_id"],
            currency=row["currency"],
            as_of=row["as_of"],
            customer_id=row.get("customer_id"),
            customer_name=row.get("customer_name"),
            open_items=row["open_items"],
            net=amounts["total"] - sum(credit.values()),
            **amounts,
            **credit,
        )


class AgingAnswer(BaseModel):
    """Aging at the end of a day; by customer it comes in pages."""

    as_of: date
    """The day asked for; without one, the latest business day of any company. Each line has its company's day."""
    items: list[AgingLine]
    next_cursor: str | None = None


class TrendPoint(AgingLine):
    """A snapshot as it was published on the day after `as_of`."""
