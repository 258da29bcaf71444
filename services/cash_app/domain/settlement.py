"""What a rule proposes: lines to settle, documents to wait for, and why the rest is left over."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from services.cash_app.domain.customer_book import AwaitedDocument
from services.cash_app.domain.open_items import OpenItem
from shared.contracts.cash_app import ApplicationRule


@dataclass(frozen=True, slots=True)
class SettledLine:
    """Cash and discount for one item, in its currency."""

    item: OpenItem
    cash: Decimal
    discount: Decimal
    rule: ApplicationRule
    why: str


@dataclass(slots=True)
class Proposal:
    lines: list[SettledLine] = field(default_factory=list)
    awaited: list[AwaitedDocument] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
