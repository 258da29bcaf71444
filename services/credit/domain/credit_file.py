"""What credit keeps of a customer beside the account: its risk, its reviews, and limits that are to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.credit.domain.request_policy import RequestPolicy, RiskClass


@dataclass(frozen=True, slots=True)
class PlannedLimit:
    """A limit that takes effect on a day to come, in the account's currency."""

    takes_effect_on: date
    credit_limit: Decimal
    valid_until: date | None
    set_by: str
    reason: str
    request_id: str | None


@dataclass(slots=True)
class CreditFile:
    """`planned_limits` are in the order in which they take effect."""

    customer_id: str
    company_id: str
    risk_class: RiskClass = "unrated"
    reviewed_on: date | None = None
    review_due_on: date | None = None
    closed_on: date | None = None
    planned_limits: tuple[PlannedLimit, ...] = ()

    @property
    def next_limit_on(self) -> date | None:
        return self.planned_limits[0].takes_effect_on if self.planned_limits else None

    def reviewed(self, policy: RequestPolicy, risk_class: RiskClass, limit: Decimal, on: date) -> None:
        """The account was looked at; the next review falls due by the policy."""
        self.risk_class = risk_class
        self.reviewed_on = on
        self.review_due_on = policy.review_due(risk_class, limit, on)

    def plan(self, limit: PlannedLimit, today: date, permanent: Decimal) -> PlannedLimit | None:
        """Replaces whatever was planned. Returns the limit where it takes effect at once, else None.

        A temporary limit falls back to the one that holds for good: what an earlier temporary one was to fall back
        to, else `permanent`, the limit in force.
        """
        fall_back = next((p.credit_limit for p in reversed(self.planned_limits) if p.valid_until is None), permanent)
        starts_now = limit.takes_effect_on <= today
        planned = [] if starts_now else [limit]
        if limit.valid_until is not None:
            planned.append(
                PlannedLimit(
                    takes_effect_on=limit.valid_until + timedelta(days=1),
                    credit_limit=fall_back,
                    valid_until=None,
                    set_by="system",
                    reason=f"The temporary limit of {limit.credit_limit} ended on {limit.valid_until}.",
                    request_id=limit.request_id,
                )
            )
        self.planned_limits = tuple(planned)
        return limit if starts_now else None

    def limits_due(self, today: date) -> list[PlannedLimit]:
        """Takes those limits out of the plan that take effect by today."""
        due = [limit for limit in self.planned_limits if limit.takes_effect_on <= today]
        self.planned_limits = self.planned_limits[len(due) :]
        return due
