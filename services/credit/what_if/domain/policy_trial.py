"""Other rules, evaluated over past decisions.

Each decision is taken again from the facts it rested on. An order that the trial approves, but that was held in fact,
takes credit from the same customer's later orders until the day it was released in fact. An order that the trial holds
gives no credit back: the orders after it are evaluated with the exposure they had. Exposure stays valued as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.evaluation import OrderFacts, evaluate


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision as it was taken; `facts` None: a person took it."""

    customer_id: str
    decision_no: int
    """Numbers all decisions of credit."""
    order_id: str
    decision: str
    decided_on: date
    facts: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """An order that the trial decides differently."""

    customer_id: str
    order_id: str
    decided_on: date
    would_hold: bool
    """True: it was approved and would be held. False: it was held and would be approved."""
    why: str


@dataclass(slots=True)
class PolicyTrial:
    """Takes decisions customer by customer, in the order in which they were taken."""

    rules: CreditRules
    evaluated: int = 0
    _customer: str = ""
    _approved: dict[str, Decimal] = field(default_factory=dict)

    def differences(self, decisions: Iterable[PastDecision]) -> list[Difference]:
        return [found for decision in decisions if (found := self._evaluate(decision)) is not None]

    def _evaluate(self, past: PastDecision) -> Difference | None:
        if past.customer_id != self._customer:
            self._customer, self._approved = past.customer_id, {}
        if past.decision not in ("approved", "held") or past.facts is None:
            self._approved.pop(past.order_id, None)
            return None
        self.evaluated += 1
        facts = OrderFacts.of(past.customer_id, past.facts)
        if self._approved:
            more = sum(self._approved.values(), Decimal(0))
            facts = replace(facts, exposure=facts.exposure + more, group_exposure=facts.group_exposure + more)
        evaluation = evaluate(facts, self.rules)
        if evaluation.passes == (past.decision == "approved"):
            return None
        if evaluation.passes:
            self._approved[past.order_id] = facts.amount or Decimal(0)
            why = evaluation.remarks[0].text if evaluation.remarks else "There is no reason against it."
        else:
            why = evaluation.reasons[0].text
        return Difference(past.customer_id, past.order_id, past.decided_on, not evaluation.passes, why)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to an order in fact; amount in the order's currency, incl. tax."""

    currency: str
    amount: Decimal
    sold: bool
    """It was approved or released in the end."""
    late: bool
    """It was paid late, or is overdue."""


@dataclass(slots=True)
class Worth:
    """What a trial's differences are worth, by currency."""

    would_hold: int = 0
    would_approve: int = 0
    late: Counter[str] = field(default_factory=Counter)
    """Would have been held, and was paid late or is overdue: trouble avoided."""
    lost: Counter[str] = field(default_factory=Counter)
    """Would have been held, and was paid in time: business put at risk."""
    sold: Counter[str] = field(default_factory=Counter)
    """Would have been approved, and was never approved or released: business won."""
    sooner: Counter[str] = field(default_factory=Counter)
    """Would have been approved at once, and was released later."""

    def add(self, difference: Difference, outcome: Outcome) -> None:
        if difference.would_hold:
            self.would_hold += 1
            side = self.late if outcome.late else self.lost
        else:
            self.would_approve += 1
            side = self.sooner if outcome.sold else self.sold
        side[outcome.currency] += outcome.amount  # type: ignore[assignment]
