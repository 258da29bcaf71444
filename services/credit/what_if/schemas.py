"""What-if answers and policy trials as people see and request them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.schemas import RuleView
from shared.chassis.http.schemas import RequestBody
from shared.contracts.event import BusinessDate, Currency
from shared.contracts.invoicing import Reason


class WhatIf(BaseModel):
    """What would be decided on an order of `amount` that came now. Exposure in the account's currency."""

    decision: Literal["approved", "held"]
    reasons: list[Reason]
    remarks: list[Reason]
    currency: str
    amount: Decimal
    exposure_currency: str
    exposure_with_order: Decimal | None
    """Null: there is no exchange rate from the order's currency."""
    headroom_left: Decimal | None
    payment_needed: Decimal | None
    """What would have to be paid, and clear, so that it is approved; null: no payment is enough."""
    payment_explanation: str
    rules: list[RuleView]
    policy_version: int


class TryPolicy(RequestBody):
    """Which rules to try (a document, or an earlier version) on the orders of which span."""

    document: CreditRules | None = None
    version: Annotated[int, Field(ge=0)] | None = None
    first_day: BusinessDate
    last_day: BusinessDate

    @model_validator(mode="after")
    def _can_be_tried(self) -> Self:
        if (self.document is None) == (self.version is None):
            raise ValueError("give either a document or a version to try")
        if self.last_day < self.first_day:
            raise ValueError(
                f"the span ends on {self.last_day}, before it begins on {self.first_day}: exchange the two days"
            )
        return self


class DifferenceView(BaseModel):
    order_id: str
    customer_id: str
    decided_on: date
    was: Literal["approved", "held"]
    would_be: Literal["approved", "held"]
    why: str


class TrialResult(BaseModel):
    """How a policy would have decided. Amounts by currency, incl. tax."""

    evaluated: int
    would_hold: int
    would_approve: int
    late: dict[Currency, Decimal]
    """Would have been held, and was paid late or is overdue: trouble avoided."""
    lost: dict[Currency, Decimal]
    """Would have been held, and was paid in time: business put at risk."""
    sold: dict[Currency, Decimal]
    """Would have been approved, and was never approved or released: business won."""
    sooner: dict[Currency, Decimal]
    """Would have been approved at once, and was released later."""
    differences: list[DifferenceView]
    """The first of them."""
