"""What collections answers over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.collections.domain.aging import Aged
from services.collections.domain.credit_holds import CreditHold
from services.collections.domain.promises import Promise, PromiseState
from shared.contracts.event import BusinessDate, Currency, PositiveAmount
from shared.kernel.aging import AgingBucket, bucket_of, days_overdue
from shared.kernel.money import round_half_up

ReasonText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
"""What a person writes; it must say something."""


class PromiseToPay(BaseModel):
    """What the customer promised on the telephone."""

    model_config = ConfigDict(extra="forbid")

    amount: PositiveAmount
    currency: Currency
    due_on: BusinessDate
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""


class WithReason(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: ReasonText


class NewActivity(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["call", "email", "note"]
    text: ReasonText


class PromiseView(BaseModel):
    """Amounts in `currency`; `applied` is what had come in towards the promise when judged, at most all of it."""

    promise_id: str
    customer_id: str
    company_id: str
    amount: Decimal
    currency: str
    made_on: date
    due_on: date
    made_by: str
    state: PromiseState
    judged_on: date | None
    applied: Decimal
    paid_on: date | None
    note: str

    @classmethod
    def of(cls, promise: Promise) -> Self:
        return cls(**{name: getattr(promise, name) for name in cls.model_fields})


class HoldView(BaseModel):
    hold_id: str
    customer_id: str
    promise_id: str
    requested_on: date
    reason: str
    active: bool
    lifted_on: date | None
    lifted_by: str | None
    lift_reason: str | None

    @classmethod
    def of(cls, hold: CreditHold) -> Self:
        known = {name: getattr(hold, name) for name in cls.model_fields if name != "active"}
        return cls(**known, active=hold.is_active)


class ActivityView(BaseModel):
    activity_id: str
    customer_id: str
    kind: str
    on: date
    by: str
    text: str

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            activity_id=row["activity_id"],
            customer_id=row["customer_id"],
            kind=row["kind"],
            on=row["happened_on"],
            by=row["logged_by"],
            text=row["text"],
        )


class NoticeView(BaseModel):
    notice_id: str
    customer_id: str
    company_id: str
    step: int
    step_name: str
    sent_on: date
    currency: str
    total: Decimal
    items: int
    policy_version: int

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(**{**row, "total": round_half_up(row["total"], row["currency"])})


class OpenPromise(BaseModel):
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
            overdue_items=row["overdue_items"],
            oldest_due_date=oldest,
            oldest_days=days_overdue(oldest, as_of),
            bucket=bucket_of(oldest, as_of),
            promise=promise,
            on_hold=row["on_hold"],
        )


class ItemView(BaseModel):
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
    told_step: int

    @classmethod
    def of(cls, row: Any, as_of: date) -> Self:
        currency, due = row["currency"], row["due_date"]
        amounts = {name: round_half_up(row[name], currency) for name in ("original_amount", "open_amount")}
        return cls(**{**row, **amounts}, days_overdue=max(days_overdue(due, as_of), 0), bucket=bucket_of(due, as_of))


class AgedView(BaseModel):
    """Open amounts of one currency by bucket."""

    currency: str
    open_items: int
    total: Decimal
    overdue: Decimal
    buckets: dict[AgingBucket, Decimal]

    @classmethod
    def of(cls, aged: Aged) -> Self:
        buckets = {bucket: round_half_up(amount, aged.currency) for bucket, amount in aged.buckets.items()}
        return cls(
            currency=aged.currency,
            open_items=aged.open_items,
            total=round_half_up(aged.total, aged.currency),
            overdue=round_half_up(aged.overdue, aged.currency),
            buckets=buckets,
        )


class CustomerView(BaseModel):
    """All a collector needs before calling. Lists show the latest; `aging` counts everything."""

    customer_id: str
    company_id: str
    name: str
    email: str | None
    active: bool
    as_of: date | None
    aging: list[AgedView]
    items: list[ItemView]
    promises: list[PromiseView]
    holds: list[HoldView]
    notices: list[NoticeView]
    activities: list[ActivityView]
