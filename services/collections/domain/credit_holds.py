"""The credit hold a broken promise leads to, until it is paid or a person lifts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.collections.domain.promises import Promise

SYSTEM = "system"
"""Who lifts a hold, or logs an activity, where no person does."""


class HoldAlreadyLifted(Exception):
    """A hold can be lifted once only."""

    def __init__(self, hold: CreditHold) -> None:
        super().__init__(
            f"hold {hold.hold_id} was lifted on {hold.lifted_on} by {hold.lifted_by} already: {hold.lift_reason}"
        )


@dataclass(slots=True)
class CreditHold:
    hold_id: str
    customer_id: str
    promise_id: str
    requested_on: date
    reason: str
    lifted_on: date | None = None
    lifted_by: str | None = None
    lift_reason: str | None = None

    @classmethod
    def for_broken(cls, promise: Promise, on: date) -> CreditHold:
        """The hold that follows from breaking this promise, judged on day `on`."""
        return cls(
            hold_id=promise.hold_id,
            customer_id=promise.customer_id,
            promise_id=promise.promise_id,
            requested_on=on,
            reason=f"{promise.describe()} was broken: {promise.applied} {promise.currency} was applied by then",
        )

    @property
    def is_active(self) -> bool:
        return self.lifted_on is None

    def lift(self, on: date, by: str, reason: str) -> None:
        """Ends the hold, never before the day it began. Raises HoldAlreadyLifted."""
        if not self.is_active:
            raise HoldAlreadyLifted(self)
        self.lifted_on = max(on, self.requested_on)
        self.lifted_by = by
        self.lift_reason = reason
