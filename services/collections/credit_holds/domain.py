"""The credit hold that follows a broken promise, until the promise is paid or a person lifts the hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested


class HoldAlreadyLifted(ValueError):
    """A hold can be lifted only once."""

    def __init__(self, hold: CreditHold) -> None:
        super().__init__(
            f"hold {hold.hold_id} was lifted on {hold.lifted_on} by {hold.lifted_by} already: {hold.lift_reason}"
        )


@dataclass(slots=True)
class CreditHold:
    """A hold that credit is asked to put on a customer's account, from `requested_on` until `lifted_on`."""

    hold_id: str
    customer_id: str
    promise_id: str
    """The broken promise that is the cause."""
    requested_on: date
    reason: str
    lifted_on: date | None = None
    lifted_by: str | None = None
    lift_reason: str | None = None

    @property
    def is_active(self) -> bool:
        return self.lifted_on is None

    def requested(self) -> CreditHoldRequested:
        return CreditHoldRequested(
            hold_id=self.hold_id,
            customer_id=self.customer_id,
            promise_id=self.promise_id,
            requested_on=self.requested_on,
            reason=self.reason,
        )

    def lift(self, on: date, by: str, reason: str) -> CreditHoldLifted:
        """Ends the hold, never before the day it began. Raises HoldAlreadyLifted."""
        if not self.is_active:
            raise HoldAlreadyLifted(self)
        self.lifted_on = lifted_on = max(on, self.requested_on)
        self.lifted_by = by
        self.lift_reason = reason
        return CreditHoldLifted(
            hold_id=self.hold_id,
            customer_id=self.customer_id,
            promise_id=self.promise_id,
            lifted_on=lifted_on,
            lifted_by=by,
            reason=reason,
        )
