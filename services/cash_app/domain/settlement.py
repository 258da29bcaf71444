"""What a rule proposes: lines to settle, documents to wait for, and why the rest is left over."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from services.cash_app.domain.customer_book import AwaitedDocument
from services.cash_app.domain.exchange import Conversion
from services.cash_app.domain.open_items import OpenItem
from shared.contracts.cash_app import ApplicationRule
from shared.contracts.erp import DeductionReason


class SettledLine(NamedTuple):
    """Cash and discount for one item, in its currency."""

    item: OpenItem
    cash: Decimal
    discount: Decimal
    rule: ApplicationRule
    why: str
    tolerance: Decimal = Decimal(0)
    """What is missing and written off."""
    deduction: Decimal = Decimal(0)
    """What is missing and goes on as a deduction item."""
    reason: DeductionReason = "unknown"
    evidence: str = ""
    score: int = 100
    alternatives: str = ""
    conversion: Conversion | None = None
    surplus: Decimal = Decimal(0)
    """What was paid too much and is kept as a small difference."""

    @property
    def used(self) -> Decimal:
        """What of the payment it takes, in the payment's currency."""
        return self.conversion.paid if self.conversion else self.cash + self.surplus

    @property
    def closes(self) -> Decimal:
        """By how much the item's open amount falls."""
        return self.cash + self.discount + self.tolerance + self.deduction


@dataclass(slots=True)
class Proposal:
    lines: list[SettledLine] = field(default_factory=list)
    awaited: list[AwaitedDocument] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    policy_version: int = 0
    doubtful: bool = False
    """Some money is left over of which nobody knows what it is for: no rule answered, or a document is not there."""
