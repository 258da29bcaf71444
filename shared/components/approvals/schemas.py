"""What the routes of approvals answer."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from shared.components.approvals.domain import Approval, ApprovalState
from shared.components.approvals.store import approval_from_row


class ApprovalView(BaseModel):
    """A request, and the second person's decision; the last three are null while it is pending."""

    model_config = ConfigDict(from_attributes=True)

    approval_id: str
    kind: str
    subject: str
    """The payment or item it is about."""
    customer_id: str
    company_id: str
    currency: str
    amount: Decimal
    reason: str
    requested_by: str
    requested_on: date
    state: ApprovalState
    decided_by: str | None
    decided_on: date | None
    decision_reason: str | None

    @classmethod
    def of(cls, approval: Approval) -> Self:
        return cls.model_validate(approval)

    @classmethod
    def of_row(cls, row: Any) -> Self:
        return cls.of(approval_from_row(row))
