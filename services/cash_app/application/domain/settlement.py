"""What a rule proposes: lines to settle, documents to wait for, and why the rest is left over."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.cash_app import ApplicationRule
from shared.contracts.erp import DeductionReason, RemittanceAdjustment


@dataclass(frozen=True, slots=True)
class Conversion:
    """Money of another currency than the item's: what it uses of the payment, and at which rates."""

    paid: Decimal
    """In the payment's currency."""
    rate: Decimal
    """Units of the item's currency for one of the payment's, on the value date."""
    difference: Decimal
    """In the payment's currency: what more was paid than on the document's date; negative: less."""


class StatedAmount(NamedTuple):
    """What a payer states about one item: money, discount claimed, and reasons for what is missing."""

    money: Decimal
    claimed: Decimal
    reason: DeductionReason | None = None
    adjustments: tuple[RemittanceAdjustment, ...] = ()
    """What is kept back, part by part, in the item's currency."""


class KeptBack(NamedTuple):
    """A part of what a payer kept back of an item, in the item's currency, with the payer's reason."""

    amount: Decimal
    reason: DeductionReason
    code: str = ""
    text: str = ""
    reference: str = ""


class SettledLine(NamedTuple):
    """Cash and discount for one item, in its currency."""

    item: OpenItem
    cash: Decimal
    discount: Decimal
    """Negative: a discount is taken back."""
    rule: ApplicationRule
    why: str
    tolerance: Decimal = Decimal(0)
    """What is missing and written off; negative: taken back."""
    deduction: Decimal = Decimal(0)
    """What is missing and becomes a deduction item."""
    reason: DeductionReason = "unknown"
    evidence: str = ""
    score: int = 100
    alternatives: str = ""
    conversion: Conversion | None = None
    surplus: Decimal = Decimal(0)
    """What was paid too much and is kept as a small difference."""
    kept_back: tuple[KeptBack, ...] = ()
    """The parts of the deduction, where the payer states them; each becomes a deduction of its own."""
    paid_by: Payment | None = None
    """Another payment or credit memo of the customer that pays this line; None: the payment itself."""
    recovered: Decimal = Decimal(0)
    """What was written off as bad debt and is settled after all."""
    given_back: Decimal = Decimal(0)
    """Of a credit memo for a paid item: what becomes the customer's credit."""

    @property
    def used(self) -> Decimal:
        """What of the payment it uses, in the payment's currency."""
        return self.conversion.paid if self.conversion else self.cash + self.surplus

    @property
    def closes(self) -> Decimal:
        """By how much the item's open amount falls."""
        return self.cash + self.discount + self.tolerance + self.deduction - self.recovered


@dataclass(slots=True)
class Proposal:
    """What a payment is to settle and wait for; `notes` state why money is left over."""

    lines: list[SettledLine] = field(default_factory=list)
    pending: list[PendingDocument] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    policy_version: int = 0
    doubtful: bool = False
    """The purpose of some money is not known: no rule gave a result, or a document does not exist."""
    suggested: list[SettledLine] = field(default_factory=list)
    """What a person may settle where nothing is settled without one."""

    def add(self, other: Proposal) -> None:
        """Adds all of another proposal."""
        self.lines += other.lines
        self.pending += other.pending
        self.notes += other.notes
        self.suggested += other.suggested
        self.doubtful = self.doubtful or other.doubtful
