"""What credit keeps of a customer in addition to the account: its risk, its reviews, and limits that are planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.credit.accounts.domain.account import SYSTEM_ACTOR, LimitChange
from services.credit.limits.domain.limit_policy import LimitPolicy, RiskClass
from shared.kernel.money import Money


@dataclass(slots=True)
class CreditFile:
    """`planned_limits` are in the order in which they take effect."""

    customer_id: str
    company_id: str
    risk_class: RiskClass = "unrated"
    reviewed_on: date | None = None
    review_due_on: date | None = None
    closed_on: date | None = None
    planned_limits: tuple[LimitChange, ...] = ()

    @property
    def next_limit_on(self) -> date | None:
        return self.planned_limits[0].takes_effect_on if self.planned_limits else None

    def reviewed(self, policy: LimitPolicy, risk_class: RiskClass, limit: Decimal, on: date) -> None:
        """The account was reviewed; the policy gives the day of the next review."""
        self.risk_class = risk_class
        self.reviewed_on = on
        self.review_due_on = policy.review_due(risk_class, limit, on)

    def plan(self, limit: LimitChange, today: date, permanent: Decimal) -> LimitChange | None:
        """Replaces every planned limit. Returns the limit if it takes effect at once, else None.

        A temporary limit falls back to the permanent one: the limit that an earlier temporary one was to fall back
        to, else `permanent`, the limit in force.
        """
        fall_back = next((p.credit_limit for p in reversed(self.planned_limits) if p.valid_until is None), permanent)
        starts_now = limit.takes_effect_on <= today
        planned = [] if starts_now else [limit]
        if limit.valid_until is not None:
            planned.append(
                LimitChange(
                    takes_effect_on=limit.valid_until + timedelta(days=1),
                    currency=limit.currency,
                    credit_limit=fall_back,
                    valid_until=None,
                    set_by=SYSTEM_ACTOR,
                    reason=f"The temporary limit of {Money(limit.credit_limit, limit.currency)} ended on "
                    f"{limit.valid_until}.",
                    request_id=limit.request_id,
                )
            )
        self.planned_limits = tuple(planned)
        return limit if starts_now else None

    def drop_planned_limits_in_other_currency(self, currency: str) -> None:
        """Limits planned before the account changed its currency to `currency` lapse."""
        if any(limit.currency != currency for limit in self.planned_limits):
            self.planned_limits = ()

    def limits_due(self, today: date) -> list[LimitChange]:
        """Removes the limits from the plan that take effect by today, and returns them."""
        due = [limit for limit in self.planned_limits if limit.takes_effect_on <= today]
        self.planned_limits = self.planned_limits[len(due) :]
        return due
