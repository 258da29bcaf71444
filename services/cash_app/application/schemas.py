"""What clerks send to apply payments, and are answered. Amounts are in the payment's currency."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.cash_app.application.commands import RequestedApplication, RequestedLine, ResidualHandling
from services.cash_app.open_items.schemas import View
from shared.chassis.http.schemas import RequestBody, WithReason
from shared.contracts.event import Identifier, NonNegativeAmount, PositiveAmount


class ApplyLine(RequestBody):
    """Cash, and discount if earned, for one item."""

    item_id: Identifier
    amount: PositiveAmount
    discount: NonNegativeAmount = Decimal(0)

    def requested(self) -> RequestedLine:
        return RequestedLine(self.item_id, self.amount, self.discount)


class ApplyPayment(WithReason):
    """Which items the payment settles."""

    lines: Annotated[list[ApplyLine], Field(min_length=1, max_length=500)]


class PaymentToApply(RequestBody):
    """What one payment settles, and what happens to the rest of it."""

    payment_id: Identifier
    expected_version: Annotated[int, Field(ge=0)]
    lines: Annotated[list[ApplyLine], Field(min_length=1, max_length=500)]
    residual_handling: ResidualHandling = "keep"

    def requested(self) -> RequestedApplication:
        lines = [line.requested() for line in self.lines]
        return RequestedApplication(self.payment_id, lines, self.expected_version, self.residual_handling)


class ApplyPayments(WithReason):
    """Several payments for several items of their customers, all or nothing."""

    payments: Annotated[list[PaymentToApply], Field(min_length=1, max_length=100)]


class EndedLesson(View):
    lesson_id: int
    customer_id: str
    company_id: str
    payment_id: str


class RoundSumLesson(View):
    """A round payment that a clerk applied to the oldest items of its customer, which the next ones may follow."""

    lesson_id: int
    customer_id: str
    company_id: str
    payment_id: str
    currency: str
    amount: Decimal
    learned_from: str
    learned_on: date
    ended_by: str | None
    end_reason: str | None
    ended_at: datetime | None
