"""Open items and their aging, as collections answers over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from services.collections.receivables.domain.aging import Aged
from shared.kernel.aging import AgingBucket, bucket_of, days_overdue
from shared.kernel.money import round_half_up


class ItemView(BaseModel):
    """An open item; amounts in `currency`."""

    item_id: str
    company_id: str
    document_number: str
    currency: str
    original_amount: Decimal
    open_amount: Decimal
    document_date: date
    due_date: date
    days_overdue: int
    bucket: AgingBucket
    disputed: bool
    last_dunning_step: int

    @classmethod
    def of(cls, row: Any, as_of: date) -> Self:
        currency, due = row["currency"], row["due_date"]
        amounts = {name: round_half_up(row[name], currency) for name in ("original_amount", "open_amount")}
        return cls(**{**row, **amounts}, days_overdue=max(days_overdue(due, as_of), 0), bucket=bucket_of(due, as_of))


class AgedView(BaseModel):
    """Open amounts of one company and currency by bucket."""

    company_id: str
    currency: str
    open_items: int
    total: Decimal
    overdue: Decimal
    buckets: dict[AgingBucket, Decimal]

    @classmethod
    def of(cls, aged: Aged) -> Self:
        buckets = {bucket: round_half_up(amount, aged.currency) for bucket, amount in aged.buckets.items()}
        return cls(
            company_id=aged.company_id,
            currency=aged.currency,
            open_items=aged.open_items,
            total=round_half_up(aged.total, aged.currency),
            overdue=round_half_up(aged.overdue, aged.currency),
            buckets=buckets,
        )


class BalanceView(BaseModel):
    """What a customer owes one company in one currency, and the customer's money that settles no item yet."""

    company_id: str
    currency: str
    open_amount: Decimal
    on_account: Decimal
    unapplied: Decimal
    net: Decimal
    """`open_amount` less `on_account` and `unapplied`: negative where the customer is owed money."""

    @classmethod
    def of(cls, row: Any) -> Self:
        names = ("open_amount", "on_account", "unapplied")
        amounts = {name: round_half_up(row[name], row["currency"]) for name in names}
        net = amounts["open_amount"] - amounts["on_account"] - amounts["unapplied"]
        return cls(company_id=row["company_id"], currency=row["currency"], net=net, **amounts)
