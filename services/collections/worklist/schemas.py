"""The worklist and the customer's page over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from services.collections.activities.schemas import ActivityView
from services.collections.credit_holds.schemas import HoldView
from services.collections.dunning.schemas import NoticeView
from services.collections.promises.schemas import PromiseView
from services.collections.receivables.schemas import AgedView, BalanceView, ItemView
from shared.kernel.aging import AgingBucket, bucket_of, days_overdue
from shared.kernel.money import round_half_up


class OpenPromise(BaseModel):
    """The promise that binds the customer in the entry's currency."""

    promise_id: str
    amount: Decimal
    due_on: date


class WorklistEntry(BaseModel):
    """A customer to call: what is overdue in one company and currency, and since when."""

    customer_id: str
    name: str
    company_id: str
    currency: str
    overdue_amount: Decimal
    on_account: Annotated[Decimal, Field(description="Credit that settles no item yet")]
    unapplied: Annotated[Decimal, Field(description="Money received that is not applied yet")]
    net_amount: Annotated[Decimal, Field(description="overdue_amount less on_account and unapplied; ranked by it")]
    overdue_items: int
    oldest_due_date: date
    oldest_days: Annotated[int, Field(description="Days the oldest item is overdue")]
    bucket: AgingBucket
    promise: OpenPromise | None
    on_hold: bool

    @classmethod
    def of(cls, row: Any, as_of: date) -> Self:
        currency, oldest = row["currency"], row["oldest_due_date"]
        promise = None
        if row["promise_id"] is not None:
            promise = OpenPromise(
                promise_id=row["promise_id"],
                amount=round_half_up(row["promise_amount"], currency),
                due_on=row["promise_due_on"],
            )
        return cls(
            customer_id=row["customer_id"],
            name=row["name"],
            company_id=row["company_id"],
            currency=currency,
            overdue_amount=round_half_up(row["overdue_amount"], currency),
            on_account=round_half_up(row["on_account"], currency),
            unapplied=round_half_up(row["unapplied"], currency),
            net_amount=round_half_up(row["net_amount"], currency),
            overdue_items=row["overdue_items"],
            oldest_due_date=oldest,
            oldest_days=days_overdue(oldest, as_of),
            bucket=bucket_of(oldest, as_of),
            promise=promise,
            on_hold=row["on_hold"],
        )


class CustomerView(BaseModel):
    """All a collector needs before calling. Lists show the latest entries; `aging` counts everything."""

    customer_id: str
    company_id: str
    name: str
    email: str | None
    active: bool
    as_of: date | None
    aging: list[AgedView]
    balances: list[BalanceView]
    items: list[ItemView]
    promises: list[PromiseView]
    holds: list[HoldView]
    notices: list[NoticeView]
    activities: list[ActivityView]
