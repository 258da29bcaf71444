"""A hold on an account, from collections' request until it is lifted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested


@dataclass(slots=True)
class Hold:
    """The two events may come in either order: a hold lifted before it was heard of never takes effect."""

    customer_id: str
    hold_id: str
    requested_on: date | None = None
    reason: str = ""
    lifted_on: date | None = None
    lifted_by: str = ""
    lift_reason: str = ""

    @property
    def in_force(self) -> bool:
        return self.requested_on is not None and self.lifted_on is None

    def requested(self, request: CreditHoldRequested) -> None:
        self.requested_on = request.requested_on
        self.reason = request.reason

    def lifted(self, lift: CreditHoldLifted) -> None:
        self.lifted_on = lift.lifted_on
        self.lifted_by = lift.lifted_by
        self.lift_reason = lift.reason
