"""A promise to pay: taken down, kept, broken, paid after all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.collections.domain.identity import identifier
from services.collections.domain.receipts import Receipts


class PromiseState(StrEnum):
    OPEN = "open"
    DUE = "due"
    KEPT = "kept"
    BROKEN = "broken"
    PAID_LATER = "paid_later"
    CANCELLED = "cancelled"


TRANSITIONS: dict[PromiseState, tuple[PromiseState, ...]] = {
    PromiseState.OPEN: (PromiseState.DUE, PromiseState.KEPT, PromiseState.CANCELLED),
    PromiseState.DUE: (PromiseState.KEPT, PromiseState.BROKEN, PromiseState.CANCELLED),
    PromiseState.BROKEN: (PromiseState.PAID_LATER,),
    PromiseState.KEPT: (PromiseState.BROKEN,),
    PromiseState.PAID_LATER: (),
    PromiseState.CANCELLED: (),
}
"""The life of a promise: what may follow each state."""

UNJUDGED = (PromiseState.OPEN, PromiseState.DUE)
"""States in which a promise still binds; a customer has at most one such promise per currency."""


class PromiseNotOpen(Exception):
    """A promise that was judged or cancelled cannot be changed any more."""

    def __init__(self, promise: Promise) -> None:
        state = promise.state.replace("_", " ")
        super().__init__(f"promise {promise.promise_id} is {state}: only one that is open or due can be cancelled")


@dataclass(slots=True)
class Promise:
    """`amount` and what was applied are in `currency`, cash incl. discount."""

    promise_id: str
    customer_id: str
    company_id: str
    currency: str
    amount: Decimal
    made_on: date
    due_on: date
    made_by: str
    already_applied: Decimal
    """Applied before the promise was made, under a value date from `made_on` to `due_on`: not what was promised."""
    state: PromiseState = PromiseState.OPEN
    judged_on: date | None = None
    """The day it was kept (the money was there), broken or cancelled."""
    applied: Decimal = Decimal(0)
    """Applied towards the promise when it was judged, at most its amount."""
    paid_on: date | None = None
    """For a broken promise: the day the amount had come in after all."""
    note: str = ""

    def _goes(self, to: PromiseState) -> None:
        if to not in TRANSITIONS[self.state]:
            raise ValueError(f"promise {self.promise_id} cannot go from {self.state} to {to}")
        self.state = to

    @property
    def is_unjudged(self) -> bool:
        return self.state in UNJUDGED

    @property
    def hold_id(self) -> str:
        """The credit hold that follows when the promise is broken."""
        return identifier(self.promise_id, "H")

    def fall_due(self) -> None:
        """Its day, or the first business day after it, has begun."""
        self._goes(PromiseState.DUE)

    def applied_by(self, receipts: Receipts, day: date) -> Decimal:
        """Applied towards the promise from the day it was made to `day`, both included.

        At most its amount: what comes beyond it on the same day must not depend on when it is heard of.
        """
        return min(max(receipts.total(self.made_on, day) - self.already_applied, Decimal(0)), self.amount)

    def keep_if_paid(self, receipts: Receipts) -> bool:
        """Kept as soon as enough was applied between the day it was made and the day it is due."""
        if not self.is_unjudged:
            return False
        reached = receipts.reached(self.amount + self.already_applied, self.made_on, self.due_on)
        if reached is None:
            return False
        self._goes(PromiseState.KEPT)
        self.judged_on = reached
        self.applied = self.applied_by(receipts, reached)
        return True

    def break_again(self, receipts: Receipts, on: date) -> bool:
        """A kept promise is broken after all when the bank took back the money that kept it, or it was never theirs."""
        enough = receipts.reached(self.amount + self.already_applied, self.made_on, self.due_on)
        if self.state is not PromiseState.KEPT or enough is not None:
            return False
        self._goes(PromiseState.BROKEN)
        self.judged_on = on
        self.applied = self.applied_by(receipts, self.due_on)
        return True

    def judge(self, receipts: Receipts, on: date) -> bool:
        """Kept, or broken on the first business day after the day it was due. False: nothing to be judged yet."""
        if self.keep_if_paid(receipts):
            return True
        if self.state is not PromiseState.DUE or on <= self.due_on:
            return False
        self._goes(PromiseState.BROKEN)
        self.judged_on = on
        self.applied = self.applied_by(receipts, self.due_on)
        return True

    def pay_late(self, receipts: Receipts) -> bool:
        """A broken promise is made good when the amount has come in since it was made."""
        if self.state is not PromiseState.BROKEN:
            return False
        reached = receipts.reached(self.amount + self.already_applied, self.made_on)
        if reached is None:
            return False
        self._goes(PromiseState.PAID_LATER)
        self.paid_on = reached
        return True

    def cancel(self, on: date, reason: str) -> None:
        """Taken back by a person. Raises PromiseNotOpen once it was judged or cancelled."""
        if not self.is_unjudged:
            raise PromiseNotOpen(self)
        self._goes(PromiseState.CANCELLED)
        self.judged_on = on
        self.note = reason

    def describe(self) -> str:
        return f"promise {self.promise_id} of {self.amount} {self.currency} due on {self.due_on}"
