"""The policy document `credit_requests`: when a request is approved by itself, who decides otherwise, and by what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.credit.domain.payment_facts import months_after
from shared.contracts.event import NonNegativeAmount, Percent

DecidingRole = Literal["credit_analyst", "credit_manager"]
RiskClass = Literal["low", "medium", "high", "unrated"]
RISK_CLASSES: tuple[RiskClass, ...] = ("low", "medium", "high", "unrated")
Days = Annotated[int, Field(ge=1, le=3650)]
Months = Annotated[int, Field(ge=1, le=120)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HistoryRules(_Document):
    """What counts as a history, and when it is good or poor, in per cent of the scorecard's points."""

    months: Months
    trend_months: Months
    payments_min: Annotated[int, Field(ge=1)]
    """With fewer payments in these months the customer counts as new: the bureau is asked."""
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
    """From here on approved by itself."""
    low_score: Annotated[int, Field(ge=0, le=100)]
    """Up to here declined."""

    @model_validator(mode="after")
    def _low_is_below_high(self) -> Self:
        if self.low_score >= self.high_score:
            raise ValueError(f"low_score {self.low_score} must be below high_score {self.high_score}")
        return self


class StatementRules(_Document):
    """Deadlines for financial statements, in calendar days, and how old they may be, in months."""

    due_days: Days
    reminder_days: Annotated[int, Field(ge=0, le=3650)]
    """So many days before they are due the customer is reminded."""
    expiry_days: Days
    """So many days after they were due the request is declined as incomplete."""
    age_months_max: Months

    @model_validator(mode="after")
    def _reminds_before_due(self) -> Self:
        if self.reminder_days >= self.due_days:
            raise ValueError(f"reminder_days {self.reminder_days} must be fewer than due_days {self.due_days}")
        return self


class Authority(_Document):
    """The largest limit each role may approve, in the account's currency; null: any. A role not named: none."""

    alone: dict[DecidingRole, NonNegativeAmount | None]
    with_second_person: dict[DecidingRole, NonNegativeAmount | None]
    """As the second of two, where the first one's own authority does not reach."""

    @model_validator(mode="after")
    def _two_reach_as_far_as_one(self) -> Self:
        for role, most in self.with_second_person.items():
            own = self.alone.get(role, Decimal(0))
            if most is not None and (own is None or most < own):
                raise ValueError(f"{role} may approve less as a second person ({most}) than alone ({own or 'any'})")
        return self

    def may_approve(self, roles: Collection[str], limit: Decimal) -> bool:
        """Whether one person with these roles may approve `limit` alone."""
        return _reaches(self.alone, roles, limit)

    def may_second(self, roles: Collection[str], limit: Decimal) -> bool:
        """Whether a second person with these roles may confirm `limit`."""
        return _reaches(self.with_second_person, roles, limit) or self.may_approve(roles, limit)


def _reaches(authority: Mapping[DecidingRole, Decimal | None], roles: Collection[str], limit: Decimal) -> bool:
    return "admin" in roles or any(
        role in roles and (most is None or limit <= most) for role, most in authority.items()
    )


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


class ReviewRule(_Document):
    """Accounts of a risk class with a limit from `amount_from` on are reviewed after so many months."""

    risk_class: RiskClass
    amount_from: NonNegativeAmount
    months: Months


class RequestPolicy(_Document):
    """How credit requests are decided."""

    history: HistoryRules
    approved_by_itself_up_to: NonNegativeAmount
    """The largest limit granted without a person, in the account's currency."""
    bureau: BureauRules
    statements: StatementRules
    authority: Authority
    caps: CapRules
    reviews: Annotated[tuple[ReviewRule, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _every_account_comes_up_for_review(self) -> Self:
        keys = [(rule.risk_class, rule.amount_from) for rule in self.reviews]
        for risk_class in RISK_CLASSES:
            if (risk_class, Decimal(0)) not in keys:
                raise ValueError(f"no review rule for risk class {risk_class} from amount 0: add one")
        if len(keys) != len(set(keys)):
            raise ValueError("two review rules are for the same risk class and amount: keep one of them")
        return self

    def review_due(self, risk_class: RiskClass, limit: Decimal, reviewed_on: date) -> date:
        """When an account is to be looked at again."""
        fitting = [r for r in self.reviews if r.risk_class == risk_class and r.amount_from <= limit]
        return months_after(reviewed_on, max(fitting, key=lambda rule: rule.amount_from).months)
