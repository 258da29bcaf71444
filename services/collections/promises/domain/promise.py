"""A promise to pay: made, kept, broken, paid late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.collections.activities.domain import activity
from services.collections.credit_holds.domain import CreditHold
from services.collections.promises.domain.receipts import Receipts
from services.collections.receivables.domain.identifiers import identifier
from shared.contracts.collections import ActivityLogged, PromiseBroken, PromiseDue, PromiseKept, PromiseMade
from shared.kernel.money import Money


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


class PromiseNotOpen(ValueError):
    """A promise that was judged or cancelled cannot be cancelled."""

    def __init__(self, promise: Promise) -> None:
        state = promise.state.replace("_", " ")
        super().__init__(f"promise {promise.promise_id} is {state}: only one that is open or due can be cancelled")


@dataclass(slots=True)
class Promise:
    """`amount` and what was applied are in `currency`; applied is cash and discount."""

    promise_id: str
    customer_id: str
    company_id: str
    currency: str
    amount: Decimal
    made_on: date
    due_on: date
    made_by: str
    already_applied: Decimal
    """Applied before the promise was made, dated from `made_on` to `due_on`: it does not count towards the promise."""
    state: PromiseState = PromiseState.OPEN
    judged_on: date | None = None
    """The day it was kept (the day the amount was reached), broken or cancelled."""
    applied: Decimal = Decimal(0)
    """Applied towards the promise when it was judged, at most its amount."""
    paid_on: date | None = None
    """Of a broken promise: the day the amount was reached late."""
    note: str = ""

    def _enter(self, state: PromiseState) -> None:
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"promise {self.promise_id} cannot change from {self.state} to {state}")
        self.state = state

    @property
    def is_unjudged(self) -> bool:
        return self.state in UNJUDGED

    @property
    def hold_id(self) -> str:
        """The id of the credit hold that follows when the promise is broken; the hold itself names the promise."""
        return identifier(self.promise_id, "H")

    def fall_due(self) -> None:
        """The due day, or the first business day after it, has begun."""
        self._enter(PromiseState.DUE)

    def applied_by(self, receipts: Receipts, day: date) -> Decimal:
        """Applied towards the promise from the day it was made to `day`, both included; at most its amount.

        What exceeds the amount on the same day does not count: the result must not depend on the order of arrival.
        """
        return min(max(receipts.total(self.made_on, day) - self.already_applied, Decimal(0)), self.amount)

    def keep_if_paid(self, receipts: Receipts) -> bool:
        """Kept as soon as enough was applied between the day it was made and the day it is due."""
        if not self.is_unjudged:
            return False
        reached = self._reached(receipts, self.due_on)
        if reached is None:
            return False
        self._enter(PromiseState.KEPT)
        self.judged_on = reached
        self.applied = self.applied_by(receipts, reached)
        return True

    def mark_broken_after_return(self, receipts: Receipts, on: date) -> bool:
        """A kept promise is broken when the money that kept it was returned or belonged to another customer."""
        if self.state is not PromiseState.KEPT or self._reached(receipts, self.due_on) is not None:
            return False
        self._break(receipts, on)
        return True

    def judge(self, receipts: Receipts, on: date) -> bool:
        """Kept, or broken on the first business day after the due day. False: there is nothing to judge yet."""
        if self.keep_if_paid(receipts):
            return True
        if self.state is not PromiseState.DUE or on <= self.due_on:
            return False
        self._break(receipts, on)
        return True

    def mark_paid_late(self, receipts: Receipts) -> bool:
        """A broken promise counts as paid late when the amount was applied since it was made."""
        if self.state is not PromiseState.BROKEN:
            return False
        reached = self._reached(receipts, date.max)
        if reached is None:
            return False
        self._enter(PromiseState.PAID_LATER)
        self.paid_on = reached
        return True

    def cancel(self, on: date, reason: str) -> None:
        """Cancelled by a person. Raises PromiseNotOpen once it was judged or cancelled."""
        if not self.is_unjudged:
            raise PromiseNotOpen(self)
        self._enter(PromiseState.CANCELLED)
        self.judged_on = on
        self.note = reason

    def _reached(self, receipts: Receipts, last: date) -> date | None:
        return receipts.reached(self.amount + self.already_applied, self.made_on, last)

    def _break(self, receipts: Receipts, on: date) -> None:
        self._enter(PromiseState.BROKEN)
        self.judged_on = on
        self.applied = self.applied_by(receipts, self.due_on)

    # What is published and logged of it

    def describe(self) -> str:
        return f"promise {self.promise_id} of {Money(self.amount, self.currency)} due on {self.due_on}"

    def activity(self, what: str, *, on: date, by: str, note: str = "") -> ActivityLogged:
        """The activity about one step of the promise's life; each step happens once."""
        return activity(
            identifier(self.promise_id, what.replace(" ", "-")),
            self.customer_id,
            "promise",
            on=on,
            by=by,
            text=f"{self.describe()}: {what}{f'. {note}' if note else ''}",
        )

    def made(self) -> PromiseMade:
        return PromiseMade(
            promise_id=self.promise_id,
            customer_id=self.customer_id,
            made_on=self.made_on,
            due_on=self.due_on,
            currency=self.currency,
            amount=self.amount,
            made_by=self.made_by,
        )

    def fallen_due(self, business_date: date) -> PromiseDue:
        return PromiseDue(
            promise_id=self.promise_id,
            customer_id=self.customer_id,
            due_on=self.due_on,
            business_date=business_date,
        )

    def judged(self) -> PromiseKept | PromiseBroken:
        """The judgement of a promise that is kept or broken."""
        assert self.judged_on is not None, f"promise {self.promise_id} has not been judged"
        judged = PromiseKept if self.state is PromiseState.KEPT else PromiseBroken
        return judged(
            promise_id=self.promise_id,
            customer_id=self.customer_id,
            judged_on=self.judged_on,
            currency=self.currency,
            amount=self.amount,
            applied=self.applied,
        )

    def credit_hold(self) -> CreditHold:
        """The hold that follows when the promise is broken."""
        assert self.judged_on is not None, f"promise {self.promise_id} has not been judged"
        return CreditHold(
            hold_id=self.hold_id,
            customer_id=self.customer_id,
            promise_id=self.promise_id,
            requested_on=self.judged_on,
            reason=f"{self.describe()} was broken: {self.applied} {self.currency} was applied by then",
        )
