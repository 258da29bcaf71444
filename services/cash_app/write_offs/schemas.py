"""What people send to write off items, and are answered."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import BaseModel

from services.cash_app.payments.schemas import WithVersion
from services.cash_app.write_offs.commands import PostedWriteOff
from shared.components import approvals
from shared.contracts.event import PositiveAmount


class WriteOffBody(WithVersion):
    """`expected_version` is the item's `item_version`."""

    amount: PositiveAmount


class WriteOffOutcome(BaseModel):
    """A write-off: posted, pending until a second person decides, or reversed."""

    approval_id: str
    """The id of the write-off, and of the approval where one is pending."""
    state: Literal["approved", "pending", "reversed"]
    currency: str
    amount: Decimal
    requested_by: str
    decided_by: str | None

    @classmethod
    def of(cls, result: PostedWriteOff | approvals.Approval) -> Self:
        if isinstance(result, approvals.Approval):
            return cls(
                approval_id=result.approval_id,
                state="pending",
                currency=result.currency,
                amount=result.amount,
                requested_by=result.requested_by,
                decided_by=None,
            )
        return cls(
            approval_id=result.write_off_id,
            state="reversed" if result.reversed_by else "approved",
            currency=result.item.currency,
            amount=result.amount,
            requested_by=result.approved_by,
            decided_by=result.reversed_by,
        )
