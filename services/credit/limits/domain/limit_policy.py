"""The policy document `credit_limits`: who may grant which limit, and when accounts are reviewed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.contracts.event import NonNegativeAmount
from shared.kernel.authority import within_authority
from shared.kernel.calendar import months_after

DecidingRole = Literal["credit_analyst", "credit_manager"]
RiskClass = Literal["low", "medium", "high", "unrated"]
RISK_CLASSES: Final[tuple[RiskClass, ...]] = get_args(RiskClass)
Months = Annotated[int, Field(ge=1, le=120)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Authority(_Document):
    """The largest limit each role may approve, in the account's currency; null: any. A role not listed: none."""

    alone: dict[DecidingRole, NonNegativeAmount | None]
    with_second_person: dict[DecidingRole, NonNegativeAmount | None]
    """As the second of two persons, for a limit above the first person's own authority."""

    @model_validator(mode="after")
    def _two_reach_as_far_as_one(self) -> Self:
        for role, most in self.with_second_person.items():
            own = self.alone.get(role, Decimal(0))
            if most is not None and (own is None or most < own):
                raise ValueError(f"{role} may approve less as a second person ({most}) than alone ({own or 'any'})")
        return self

    def may_approve(self, roles: Collection[str], limit: Decimal) -> bool:
        """Whether one person with these roles may approve `limit` alone."""
        return within_authority(self.alone, roles, limit)

    def may_second(self, roles: Collection[str], limit: Decimal) -> bool:
        """Whether a second person with these roles may confirm `limit`."""
        return within_authority(self.with_second_person, roles, limit) or self.may_approve(roles, limit)


class ReviewRule(_Document):
    """Accounts of a risk class with a limit from `amount_from` on are reviewed after this many months."""

    risk_class: RiskClass
    amount_from: NonNegativeAmount
    months: Months


class LimitPolicy(_Document):
    """Who may grant a limit, and how often it is reviewed."""

    authority: Authority
    reviews: Annotated[tuple[ReviewRule, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _every_account_is_reviewed(self) -> Self:
        keys = [(rule.risk_class, rule.amount_from) for rule in self.reviews]
        for risk_class in RISK_CLASSES:
            if (risk_class, Decimal(0)) not in keys:
                raise ValueError(f"no review rule for risk class {risk_class} from amount 0: add one")
        if len(keys) != len(set(keys)):
            raise ValueError("two review rules are for the same risk class and amount: keep one of them")
        return self

    def review_due(self, risk_class: RiskClass, limit: Decimal, reviewed_on: date) -> date:
        """The day of the next review."""
        fitting = [r for r in self.reviews if r.risk_class == risk_class and r.amount_from <= limit]
        return months_after(reviewed_on, max(fitting, key=lambda rule: rule.amount_from).months)
