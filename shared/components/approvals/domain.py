"""An approval: a request that a second person decides once. Pure rules."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from shared.kernel.authority import check_second_person


class ApprovalState(StrEnum):
    PENDING = "pending"
    """No second person has decided yet."""
    APPROVED = "approved"
    DECLINED = "declined"


ACTION: Final = {ApprovalState.APPROVED: "approve", ApprovalState.DECLINED: "decline"}
"""What a person did who brought an approval into the state: the first word of the audit entry's action."""


class AlreadyDecided(Exception):
    """The approval was decided before. The message states by whom and when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """What is to be approved. `amount` is in `currency`, with that currency's decimals."""

    approval_id: str
    kind: str
    """What is approved, as in `refund` or `write_off`."""
    subject: str
    """The id of what it is about: a payment, an item. One request per kind and subject can be pending."""
    customer_id: str
    company_id: str
    currency: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(ApprovalRequest):
    """A request with its decision; the last three are None while it is pending."""

    requested_by: str
    requested_on: date
    state: ApprovalState = ApprovalState.PENDING
    decided_by: str | None = None
    decided_on: date | None = None
    decision_reason: str | None = None

    def check_decidable_by(self, person_name: str) -> None:
        """Raises AlreadyDecided unless it is pending, and RequesterCannotApprove for the person who requested it."""
        if self.state is not ApprovalState.PENDING:
            raise AlreadyDecided(
                f"approval {self.approval_id} was {self.state} by {self.decided_by} on {self.decided_on}: "
                "it cannot be decided again; make a new request if it is still needed"
            )
        check_second_person(self.requested_by, person_name)

    def decided(self, state: ApprovalState, person_name: str, on: date, reason: str) -> Approval:
        """The approval with a second person's decision. Raises AlreadyDecided, RequesterCannotApprove."""
        if state is ApprovalState.PENDING:
            raise ValueError("a decision approves or declines")
        self.check_decidable_by(person_name)
        return replace(self, state=state, decided_by=person_name, decided_on=on, decision_reason=reason)
