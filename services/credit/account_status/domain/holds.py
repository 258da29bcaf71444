"""A hold on an account, from collections' request until it is lifted. The table of states is in `accounts`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested


@dataclass(slots=True)
class Hold:
    """The two events may arrive in either order: a hold that was lifted before it was requested never takes effect."""

    customer_id: str
    hold_id: str
    promise_id: str | None = None
    """The broken promise that caused it; None if it has another cause."""
    requested_on: date | None = None
    reason: str = ""
    lifted_on: date | None = None
    lifted_by: str = ""
    lift_reason: str = ""

    @property
    def in_force(self) -> bool:
        return self.requested_on is not None and self.lifted_on is None

    def requested(self, request: CreditHoldRequested) -> None:
        self.promise_id = request.promise_id
        self.requested_on = request.requested_on
        self.reason = request.reason

    def lifted(self, lift: CreditHoldLifted) -> None:
        self.promise_id = lift.promise_id
        self.lifted_on = lift.lifted_on
        self.lifted_by = lift.lifted_by
        self.lift_reason = lift.reason
