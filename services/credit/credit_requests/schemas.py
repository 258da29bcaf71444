"""Credit requests, reviews and scorecards as people see and send them. Amounts are in their `currency`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.credit.credit_requests.domain.credit_requests import CreditRequest
from services.credit.credit_requests.domain.financial_statements import FinancialStatement
from services.credit.credit_requests.domain.request_states import RequestState
from services.credit.limits.domain.limit_policy import RiskClass
from shared.chassis.http.schemas import RequestBody, WithReason
from shared.contracts.credit import CreditState
from shared.contracts.erp import CreditRequestKind
from shared.contracts.event import BusinessDate, Currency, Identifier, PositiveAmount
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up


class RequestCredit(RequestBody):
    """Credit requested for a customer."""

    customer_id: Identifier
    kind: CreditRequestKind
    amount: PositiveAmount
    """The total limit requested."""
    currency: Currency
    valid_until: BusinessDate | None = None
    """The last day of a temporary limit; left out: it has no end."""
    monthly_purchases: PositiveAmount | None = None


class RequestStatements(WithReason):
    """Why the customer's statements are needed; the policy gives the deadlines of the letter."""


class EnterStatements(RequestBody):
    """The customer's financial statements, one for each year."""

    statements: Annotated[list[FinancialStatement], Field(min_length=1, max_length=10)]


class ApproveRequest(WithReason):
    """The limit granted, and why."""

    credit_limit: PositiveAmount
    currency: Currency


class StatedReason(Reason):
    """A reason as a person states it: unlike an event, it has no unknown fields."""

    model_config = ConfigDict(extra="forbid")


class DeclineRequest(RequestBody):
    """Every reason, as it is sent to the customer."""

    reasons: Annotated[list[StatedReason], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _has_words(self) -> Self:
        if any(len(reason.text.strip()) < 3 for reason in self.reasons):
            raise ValueError("a reason needs at least 3 characters: the customer has a right to know it")
        return self


class StepView(BaseModel):
    """One step of a request."""

    step: int
    old_state: RequestState
    new_state: RequestState
    cause: str
    happened_on: date
    done_by: str
    text: str


class ReportView(BaseModel):
    """A bureau's report."""

    report_id: str
    bureau: str
    report_date: date
    expires_on: date
    score: int | None
    remarks: str


class RequestView(BaseModel):
    """A credit request; `granted_limit` is what was approved, or what a second person has to confirm."""

    request_id: str
    customer_id: str
    company_id: str
    kind: CreditRequestKind
    currency: str
    amount: Decimal
    valid_until: date | None
    monthly_purchases: Decimal | None
    requested_on: date
    requested_by: str
    state: RequestState
    changed_on: date
    risk_class: RiskClass
    statements_due_on: date | None
    first_approver: str | None
    granted_limit: Decimal | None
    decided_on: date | None
    decided_by: str | None
    reasons: list[Reason]
    policy_version: int | None

    @classmethod
    def of(cls, request: CreditRequest) -> RequestView:
        return cls.model_validate(request, from_attributes=True)


class RequestDetail(BaseModel):
    """A request with everything it was evaluated by, and its steps so far."""

    request: RequestView
    steps: list[StepView]
    assessment: dict[str, Any] | None
    """Facts of the payment history and the scorecard's points, each explained."""
    reports: list[ReportView]
    statements: list[FinancialStatement]
    analysis: dict[str, Any] | None
    """Ratios by year, trends, and the suggested limit with the cap that binds."""


class ReviewView(BaseModel):
    """An account whose review is due, or that waits in Review for a decision."""

    customer_id: str
    company_id: str
    name: str
    currency: str
    credit_limit: Decimal
    state: CreditState
    risk_class: RiskClass
    reviewed_on: date | None
    review_due_on: date | None
    open_request: str | None

    @classmethod
    def of(cls, row: Any) -> ReviewView:
        limit = round_half_up(row["credit_limit"], row["currency"])
        return cls.model_validate({**row, "credit_limit": limit})


class ScorecardView(BaseModel):
    """How the customer has paid up to a day, and the points for it."""

    customer_id: str
    as_of: date
    facts: dict[str, Any]
    points: int
    points_max: int
    percent: Decimal
    lines: list[str]
    """Each point explained."""
