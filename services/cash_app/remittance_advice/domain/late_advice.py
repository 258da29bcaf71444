"""Remittance advice that arrives after its money was applied: the money is applied again as advised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.cash_app.open_items.domain.document_number import document_key
from shared.contracts.erp import RemittanceLine

AdviceAction = Literal["apply", "reapply", "as_advised", "needs_review"]


@dataclass(frozen=True, slots=True)
class SettledBefore:
    """A line that the payment settled, and whether anything else moved its item since. Cash in the item's currency."""

    document_number: str
    cash: Decimal
    moved_since: bool


@dataclass(frozen=True, slots=True)
class AdviceDecision:
    """What is to be done with an advice, and why, in a sentence."""

    action: AdviceAction
    why: str


def decide(
    advised: Sequence[RemittanceLine],
    settled: Collection[SettledBefore],
    touched: str,
    policy: Literal["reapply", "note"],
) -> AdviceDecision:
    """`settled`: what of the payment is applied and not reversed; `touched`: why a person has to decide, or empty."""
    if not settled:
        return AdviceDecision("needs_review", touched) if touched else AdviceDecision("apply", "applied as advised")
    if {document_key(line.document_number): line.amount for line in advised} == {
        document_key(line.document_number): line.cash for line in settled
    }:
        return AdviceDecision("as_advised", "the money had been applied so already")
    documents = ", ".join(sorted({line.document_number for line in settled})[:5])
    if touched:
        return AdviceDecision("needs_review", f"{touched}: to {documents}")
    if policy == "note":
        return AdviceDecision(
            "needs_review", f"the rules had applied the money to {documents} before the advice arrived"
        )
    moved = sorted({line.document_number for line in settled if line.moved_since})
    if moved:
        return AdviceDecision(
            "needs_review",
            f"the rules had applied the money to {documents}, and {', '.join(moved[:5])} was changed since",
        )
    return AdviceDecision(
        "reapply",
        f"the rules had applied the money to {documents}; that was reversed and the money applied as advised",
    )
