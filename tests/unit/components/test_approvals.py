"""An approval is decided once, by a second person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.components.approvals import Approval, ApprovalState
from shared.components.approvals.domain import AlreadyDecided
from shared.kernel.authority import RequesterCannotApprove

DAY = date(2026, 3, 2)
REQUESTED = Approval(
    approval_id="RF-1", kind="refund", subject="PAY-1", customer_id="C-1", company_id="1000", currency="USD",
    amount=Decimal("50.00"), reason="Paid twice.", requested_by="Ann", requested_on=DAY,
)  # fmt: skip


def test_a_second_person_approves_what_the_first_requested() -> None:
    approved = REQUESTED.decided(ApprovalState.APPROVED, "Bob", DAY, "Agreed.")
    assert (approved.state, approved.decided_by, approved.decided_on, approved.decision_reason) == (
        "approved", "Bob", DAY, "Agreed.",
    )  # fmt: skip
    assert REQUESTED.state is ApprovalState.PENDING


@pytest.mark.parametrize("state", [ApprovalState.APPROVED, ApprovalState.DECLINED])
def test_the_requester_decides_nothing(state: ApprovalState) -> None:
    with pytest.raises(RequesterCannotApprove, match="Ann requested this"):
        REQUESTED.decided(state, "Ann", DAY, "I agree with myself.")


@pytest.mark.parametrize("state", [ApprovalState.APPROVED, ApprovalState.DECLINED])
def test_a_decision_is_final(state: ApprovalState) -> None:
    decided = REQUESTED.decided(state, "Bob", DAY, "Agreed.")
    with pytest.raises(AlreadyDecided, match=f"approval RF-1 was {state} by Bob on 2026-03-02"):
        decided.decided(ApprovalState.APPROVED, "Cat", DAY, "Too late.")


def test_pending_is_no_decision() -> None:
    with pytest.raises(ValueError, match="approves or declines"):
        REQUESTED.decided(ApprovalState.PENDING, "Bob", DAY, "Later.")
