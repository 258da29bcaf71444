"""Deductions: what a payer deducted from an item, and how a collector resolves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from services.collections.activities.domain import activity
from shared.contracts.cash_app import DeductionOpened
from shared.contracts.collections import ActivityLogged, CreditMemoRequested
from shared.contracts.erp import DeductionReason
from shared.contracts.event import NonNegativeAmount
from shared.kernel.money import Money, is_exact, round_half_up

DECISION_CHARACTERS_MAX: Final = 500


DeductionRole: TypeAlias = Literal["collector", "credit_manager", "controller"]
"""The roles that may work on deductions."""


class DeductionState(StrEnum):
    OPEN = "open"
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    """A grant above the requester's authority waits for the approval of a second person."""
    GRANTED = "granted"
    CHARGED_BACK = "charged_back"


TRANSITIONS: Final[Mapping[DeductionState, frozenset[DeductionState]]] = {
    DeductionState.OPEN: frozenset(
        {DeductionState.IN_REVIEW, DeductionState.WAITING, DeductionState.GRANTED, DeductionState.CHARGED_BACK}
    ),
    DeductionState.IN_REVIEW: frozenset(
        {DeductionState.IN_REVIEW, DeductionState.WAITING, DeductionState.GRANTED, DeductionState.CHARGED_BACK}
    ),
    DeductionState.WAITING: frozenset({DeductionState.IN_REVIEW, DeductionState.GRANTED, DeductionState.CHARGED_BACK}),
    DeductionState.GRANTED: frozenset({DeductionState.IN_REVIEW}),
    DeductionState.CHARGED_BACK: frozenset({DeductionState.IN_REVIEW}),
}
"""The states that may follow each state."""

DUNNED_STATES: Final = (DeductionState.CHARGED_BACK,)
"""States in which a deduction is dunned as any other item; in the others the customer is not reminded of it."""


class DeductionRules(BaseModel):
    """The policy document `deduction_rules`. Amounts in the deduction's currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grant_authority: dict[DeductionRole, NonNegativeAmount | None]
    """The largest amount each role may grant or approve alone; null: any. Above it a second person approves."""
    charged_back_at_once: Annotated[tuple[DeductionReason, ...], Field(max_length=10)]
    """Deductions for these reasons are charged back to the customer without a review: they are dunned as any other
    item. The others are not dunned until a collector charges them back."""


class InvalidDeductionStep(ValueError):
    """The step is not possible in the deduction's state; the sentence names the state and the possible ones."""


class GrantNotPossible(ValueError):
    """The amount to be granted is not more than zero, not exact in its currency, or more than is owed."""


@dataclass(slots=True)
class Deduction:
    """A deduction case; amounts in `currency`. What is still owed of it is the open amount of its item."""

    deduction_id: str
    """The id of the open item that carries the deducted amount."""
    customer_id: str
    company_id: str
    document_number: str
    """The document that was paid short."""
    payment_id: str
    opened_on: date
    currency: str
    amount: Decimal
    reason: DeductionReason
    why: str
    payer_code: str
    """The payer's own code for the reason, words and document; empty where none are given."""
    payer_text: str
    payer_reference: str
    state: DeductionState
    collector: str | None = None
    """The person who reviews it, or decided."""
    requested_by: str | None = None
    """The person whose grant waits for, or had, the approval of a second person."""
    granted_amount: Decimal = Decimal(0)
    request_id: str | None = None
    """The id under which invoicing was asked for a credit memo."""
    decided_on: date | None = None
    decision: str = ""

    @classmethod
    def opened(cls, event: DeductionOpened, rules: DeductionRules) -> Self:
        """A new case. For some reasons it is charged back at once, by policy."""
        at_once = event.reason in rules.charged_back_at_once
        return cls(
            deduction_id=event.deduction_id,
            customer_id=event.customer_id,
            company_id=event.company_id,
            document_number=event.document_number,
            payment_id=event.payment_id,
            opened_on=event.business_date,
            currency=event.currency,
            amount=event.amount,
            reason=event.reason,
            why=event.why,
            payer_code=event.payer_code,
            payer_text=event.payer_text,
            payer_reference=event.payer_reference,
            state=DeductionState.CHARGED_BACK if at_once else DeductionState.OPEN,
            granted_amount=round_half_up(Decimal(0), event.currency),
            decided_on=event.business_date if at_once else None,
            decision=f"{event.reason} is charged back by policy" if at_once else "",
        )

    def start_review(self, by: str) -> None:
        """A collector reviews it; also again, after it was charged back. Raises InvalidDeductionStep."""
        self._enter(DeductionState.IN_REVIEW)
        self.collector, self.requested_by = by, None

    def request_grant(self, amount: Decimal, owed: Decimal, by: str, reason: str) -> None:
        """The grant waits for a second person's approval. Raises InvalidDeductionStep, GrantNotPossible."""
        self._check_amount(amount, owed)
        self._enter(DeductionState.WAITING)
        self.requested_by, self.granted_amount, self.decision = by, amount, reason

    def grant(
        self, amount: Decimal, owed: Decimal, *, by: str, on: date, reason: str, request_id: str
    ) -> CreditMemoRequested:
        """The customer was right: `amount` is to be credited; the rest of what is owed is charged back.

        Raises InvalidDeductionStep, GrantNotPossible.
        """
        self._check_amount(amount, owed)
        self._enter(DeductionState.GRANTED)
        if amount < owed:
            self.state = DeductionState.CHARGED_BACK
        self.collector, self.granted_amount, self.request_id = by, amount, request_id
        self.decided_on, self.decision = on, reason
        return CreditMemoRequested(
            request_id=request_id,
            customer_id=self.customer_id,
            company_id=self.company_id,
            document_number=self.document_number,
            settles_document=self.deduction_id,
            currency=self.currency,
            amount=amount,
            reason_code=self.reason,
            reason=reason,
            requested_by=self.requested_by or by,
            requested_on=on,
        )

    def charge_back(self, by: str, on: date, reason: str) -> None:
        """The customer was wrong: it is dunned as any other item. Raises InvalidDeductionStep."""
        self._enter(DeductionState.CHARGED_BACK)
        self.collector, self.requested_by, self.decided_on, self.decision = by, None, on, reason

    def reopen(self, reason: str) -> None:
        """The second person, or invoicing, declined: it is reviewed again. Raises InvalidDeductionStep."""
        self._enter(DeductionState.IN_REVIEW)
        self.requested_by = self.request_id = self.decided_on = None
        self.granted_amount = round_half_up(Decimal(0), self.currency)
        self.decision = reason[:DECISION_CHARACTERS_MAX]

    def activity(self, activity_id: str, *, on: date, by: str, why: str) -> ActivityLogged:
        """The activity about the state that the deduction has now."""
        return activity(
            activity_id,
            self.customer_id,
            "note",
            on=on,
            by=by,
            text=(
                f"deduction {self.deduction_id} of {Money(self.amount, self.currency)} ({self.reason}) is "
                f"{self.state.replace('_', ' ')}: {why}"
            ),
        )

    def _check_amount(self, amount: Decimal, owed: Decimal) -> None:
        if not 0 < amount <= owed or not is_exact(amount, self.currency):
            raise GrantNotPossible(
                f"{amount:,} {self.currency} of deduction {self.deduction_id} cannot be granted: "
                f"{Money(owed, self.currency)} of it is owed"
            )

    def _enter(self, state: DeductionState) -> None:
        if state not in TRANSITIONS[self.state]:
            possible = ", ".join(sorted(TRANSITIONS[self.state]))
            raise InvalidDeductionStep(
                f"deduction {self.deduction_id} is {self.state}, so it can only become {possible}"
            )
        self.state = state
