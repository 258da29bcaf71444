"""Deductions: what a payer kept back of an item, and what a collector says to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.cash_app import DeductionOpened
from shared.contracts.collections import CreditMemoRequested
from shared.contracts.erp import DeductionReason
from shared.contracts.event import NonNegativeAmount
from shared.kernel.money import is_exact, round_half_up


class DeductionState(StrEnum):
    OPEN = "open"
    IN_REVIEW = "in_review"
    WAITING = "waiting"
    """Somebody wants to grant more than their authority covers."""
    GRANTED = "granted"
    CHARGED_BACK = "charged_back"


LIFE: Final[Mapping[DeductionState, frozenset[DeductionState]]] = {
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
"""From each state, where a deduction may go."""


class DeductionRules(BaseModel):
    """The policy document `deduction_rules`. Amounts in the deduction's currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grant_authority: dict[Literal["collector", "credit_manager", "controller"], NonNegativeAmount | None]
    """The largest amount each role may grant alone or approve, null: any. Above it a second person approves."""
    charged_back_at_once: Annotated[tuple[DeductionReason, ...], Field(max_length=10)]
    """Deductions for these reasons are charged back to the customer without a look: they are dunned as any other item.
    The others are not dunned until a collector charges them back."""

    def covers(self, roles: Collection[str], amount: Decimal) -> bool:
        """Whether a person with these roles may grant `amount`."""
        if "admin" in roles:
            return True
        return any(role in roles and (most is None or amount <= most) for role, most in self.grant_authority.items())


class NotPossible(ValueError):
    """The deduction is not in a state for that; the sentence says which it is in."""


class NotThatMuch(ValueError):
    """More was to be granted than is owed; the sentence names both."""


@dataclass(slots=True)
class Deduction:
    """A case; amounts in `currency`. Its item is cash_app's: what of it is still owed is not said here."""

    deduction_id: str
    """The item that took over what was kept back."""
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
    state: DeductionState
    collector: str | None = None
    """Who took it up, or decided."""
    asked_by: str | None = None
    """Who wants to grant it, while a second person has to agree."""
    granted_amount: Decimal = Decimal(0)
    request_id: str | None = None
    """What invoicing was asked with for a credit memo."""
    decided_on: date | None = None
    decision: str = ""

    @classmethod
    def of(cls, opened: DeductionOpened, rules: DeductionRules) -> Self:
        at_once = opened.reason in rules.charged_back_at_once
        return cls(
            deduction_id=opened.deduction_id,
            customer_id=opened.customer_id,
            company_id=opened.company_id,
            document_number=opened.document_number,
            payment_id=opened.payment_id,
            opened_on=opened.business_date,
            currency=opened.currency,
            amount=opened.amount,
            reason=opened.reason,
            why=opened.why,
            state=DeductionState.CHARGED_BACK if at_once else DeductionState.OPEN,
            granted_amount=round_half_up(Decimal(0), opened.currency),
            decided_on=opened.business_date if at_once else None,
            decision=f"{opened.reason} is charged back by policy" if at_once else "",
        )

    def take_up(self, by: str) -> None:
        """A collector looks into it; also again, after it was charged back. Raises NotPossible."""
        self._enter(DeductionState.IN_REVIEW)
        self.collector, self.asked_by = by, None

    def ask(self, amount: Decimal, owed: Decimal, by: str, reason: str) -> None:
        """Somebody wants to grant it, and a second person has to agree. Raises NotPossible, NotThatMuch."""
        self._check(amount, owed)
        self._enter(DeductionState.WAITING)
        self.asked_by, self.granted_amount, self.decision = by, amount, reason

    def grant(self, amount: Decimal, owed: Decimal, by: str, on: date, reason: str, request_id: str) -> None:
        """The customer was right: `amount` is to be credited, the rest of what is owed is charged back.

        Raises NotPossible, NotThatMuch.
        """
        self._check(amount, owed)
        self._enter(DeductionState.GRANTED)
        if amount < owed:
            self.state = DeductionState.CHARGED_BACK
        self.collector, self.granted_amount, self.request_id = by, amount, request_id
        self.decided_on, self.decision = on, reason

    def charge_back(self, by: str, on: date, reason: str) -> None:
        """The customer was wrong: it is dunned as any other item. Raises NotPossible."""
        self._enter(DeductionState.CHARGED_BACK)
        self.collector, self.asked_by, self.decided_on, self.decision = by, None, on, reason

    def not_granted(self, reason: str) -> None:
        """The second person, or invoicing, does not agree: it is looked into again."""
        self._enter(DeductionState.IN_REVIEW)
        self.asked_by = self.request_id = self.decided_on = None
        self.granted_amount, self.decision = round_half_up(Decimal(0), self.currency), reason[:500]

    def request(self) -> CreditMemoRequested:
        """Asks invoicing to credit what was granted."""
        assert self.request_id is not None and self.decided_on is not None and self.collector is not None
        return CreditMemoRequested(
            request_id=self.request_id,
            customer_id=self.customer_id,
            company_id=self.company_id,
            document_number=self.document_number,
            settles_document=self.deduction_id,
            currency=self.currency,
            amount=self.granted_amount,
            reason_code=self.reason,
            reason=self.decision,
            requested_by=self.asked_by or self.collector,
            requested_on=self.decided_on,
        )

    def _check(self, amount: Decimal, owed: Decimal) -> None:
        if not 0 < amount <= owed or not is_exact(amount, self.currency):
            raise NotThatMuch(
                f"{amount} {self.currency} of deduction {self.deduction_id} cannot be granted: {owed} of it is owed"
            )

    def _enter(self, state: DeductionState) -> None:
        if state not in LIFE[self.state]:
            may = ", ".join(sorted(LIFE[self.state]))
            raise NotPossible(f"deduction {self.deduction_id} is {self.state}, so it can only become {may}")
        self.state = state
