"""Another version of the rules, run over decisions of the past.

Each decision is taken again from the facts it rested on. What the trial lets through that was held in truth takes
credit from the same customer's later orders, until it was released in truth. What it would have held takes nothing
back: the orders after it are judged as if it had been paid no sooner. Exposure stays valued as it was then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from services.credit.domain.authorisation import Facts, judge
from services.credit.domain.credit_rules import CreditRules


@dataclass(frozen=True, slots=True)
class PastDecision:
    """A decision as it was taken; `facts` None: it was not judged but made by a person."""

    customer_id: str
    decision_no: int
    """Counts all decisions."""
    order_id: str
    decision: str
    decided_on: date
    facts: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """An order that the trial decides otherwise."""

    customer_id: str
    order_id: str
    decided_on: date
    would_hold: bool
    """It was approved and would be held; else it was held and would be approved."""
    why: str


@dataclass(slots=True)
class PolicyTrial:
    """Fed with decisions customer by customer, in the order they were taken; keeps one customer in mind."""

    rules: CreditRules
    judged: int = 0
    _customer: str = ""
    _let_through: dict[str, Decimal] = field(default_factory=dict)

    def differences(self, decisions: Iterable[PastDecision]) -> list[Difference]:
        return [found for decision in decisions if (found := self._judge(decision)) is not None]

    def _judge(self, past: PastDecision) -> Difference | None:
        if past.customer_id != self._customer:
            self._customer, self._let_through = past.customer_id, {}
        if past.decision not in ("approved", "held") or past.facts is None:
            self._let_through.pop(past.order_id, None)
            return None
        self.judged += 1
        facts = Facts.of(past.customer_id, past.facts)
        if self._let_through:
            more = sum(self._let_through.values(), Decimal(0))
            facts = replace(facts, exposure=facts.exposure + more, group_exposure=facts.group_exposure + more)
        judgement = judge(facts, self.rules)
        if judgement.passes == (past.decision == "approved"):
            return None
        if judgement.passes:
            self._let_through[past.order_id] = facts.amount or Decimal(0)
            why = judgement.remarks[0].text if judgement.remarks else "Nothing speaks against it."
        else:
            why = judgement.reasons[0].text
        return Difference(past.customer_id, past.order_id, past.decided_on, not judgement.passes, why)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an order in truth; amount in the order's currency, incl. tax."""

    currency: str
    amount: Decimal
    sold: bool
    """It was let through in the end."""
    late: bool
    """Money for it came late, or is overdue."""


@dataclass(slots=True)
class Worth:
    """What a trial's differences were worth, by currency."""

    would_hold: int = 0
    would_approve: int = 0
    late: Counter[str] = field(default_factory=Counter)
    """Would have been held, and was paid late or is overdue: trouble avoided."""
    lost: Counter[str] = field(default_factory=Counter)
    """Would have been held, and was paid in time: business put at risk."""
    sold: Counter[str] = field(default_factory=Counter)
    """Would have been approved, and was never let through: business won."""
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
