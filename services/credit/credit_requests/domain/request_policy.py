"""The policy document `credit_requests`: when a request is approved automatically, and what it is evaluated by."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.credit.limits.domain.limit_policy import Months
from shared.contracts.event import NonNegativeAmount, Percent

Days = Annotated[int, Field(ge=1, le=3650)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HistoryRules(_Document):
    """What counts as a payment history, and when it is good or poor, in per cent of the scorecard's points."""

    months: Months
    trend_months: Months
    payments_min: Annotated[int, Field(ge=1)]
    """With fewer payments in these months the customer counts as new: a bureau report is requested."""
    good_percent: Percent
    poor_percent: Percent

    @model_validator(mode="after")
    def _poor_is_below_good(self) -> Self:
        if self.poor_percent >= self.good_percent:
            raise ValueError(f"poor_percent {self.poor_percent} must be below good_percent {self.good_percent}")
        if self.trend_months >= self.months:
            raise ValueError(f"trend_months {self.trend_months} must be fewer than months {self.months}")
        return self


class BureauRules(_Document):
    """How long the bureau may take, how long its report holds, and what its scores (0 to 100) mean."""

    answer_business_days: Days
    report_valid_days: Days
    high_score: Annotated[int, Field(ge=0, le=100)]
    """From this score on a request is approved automatically."""
    low_score: Annotated[int, Field(ge=0, le=100)]
    """Up to this score a request is declined."""

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Self:
        if self.low_score >= self.high_score:
            raise ValueError(f"low_score {self.low_score} must be below high_score {self.high_score}")
        return self


class StatementRules(_Document):
    """Deadlines for financial statements, in calendar days, and how old they may be, in months."""

    due_days: Days
    reminder_days: Annotated[int, Field(ge=0, le=3650)]
    """The customer is reminded this many days before the due day."""
    expiry_days: Days
    """The request is declined as incomplete this many days after the due day."""
    age_months_max: Months

    @model_validator(mode="after")
    def _reminds_before_due(self) -> Self:
        if self.reminder_days >= self.due_days:
            raise ValueError(f"reminder_days {self.reminder_days} must be fewer than due_days {self.due_days}")
        return self


class CapRules(_Document):
    """What a suggested limit may not exceed; null: no such cap."""

    net_worth_percent: Annotated[Decimal, Field(gt=0, le=1000)] | None
    """Of the customer's equity by its last statement."""
    our_sales_percent: Annotated[Decimal, Field(gt=0, le=1000)] | None
    """Of what the customer was invoiced in the account's currency in the last twelve months."""
    purchases_months: Annotated[Decimal, Field(gt=0, le=120)] | None
    """Of the purchases expected a month."""

    @model_validator(mode="after")
    def _caps_something(self) -> Self:
        if self.net_worth_percent is None and self.our_sales_percent is None and self.purchases_months is None:
            raise ValueError("all caps are null: without one no limit can be suggested")
        return self


class RequestPolicy(_Document):
    """How credit requests are decided."""

    history: HistoryRules
    approved_by_itself_up_to: NonNegativeAmount
    """The largest limit granted without a person, in the account's currency."""
    bureau: BureauRules
    statements: StatementRules
    caps: CapRules
