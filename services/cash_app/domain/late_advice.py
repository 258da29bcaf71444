"""Remittance advice that comes after its money was applied: what the machine did otherwise is done as advised."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from services.cash_app.domain.document_number import document_key
from shared.contracts.erp import RemittanceLine

Heed = Literal["apply", "reapply", "as_advised", "unheeded"]


@dataclass(frozen=True, slots=True)
class SettledBefore:
    """A line the payment settled, and whether anything else moved its item since. Cash in the item's currency."""

    document_number: str
    cash: Decimal
    moved_since: bool


@dataclass(frozen=True, slots=True)
class Heeded:
    """What is to be done about an advice, and why, in a sentence."""

    heed: Heed
    why: str


def heed(
    advised: Sequence[RemittanceLine],
    settled: Collection[SettledBefore],
    touched: str,
    policy: Literal["reapply", "note"],
) -> Heeded:
    """`settled`: what of the payment is applied and not undone; `touched`: why it is a person's matter, or nothing."""
    if not settled:
        return Heeded("unheeded", touched) if touched else Heeded("apply", "applied as advised")
    if {document_key(line.document_number): line.amount for line in advised} == {
        document_key(line.document_number): line.cash for line in settled
    }:
        return Heeded("as_advised", "the money had been applied so already")
    documents = ", ".join(sorted({line.document_number for line in settled})[:5])
    if touched:
        return Heeded("unheeded", f"{touched}: to {documents}")
    if policy == "note":
        return Heeded("unheeded", f"the rules had applied the money to {documents} before the advice came")
    moved = sorted({line.document_number for line in settled if line.moved_since})
    if moved:
        return Heeded(
            "unheeded", f"the rules had applied the money to {documents}, and {', '.join(moved[:5])} was changed since"
        )
    return Heeded(
        "reapply", f"the rules had applied the money to {documents}; that was undone and the money applied as advised"
    )
