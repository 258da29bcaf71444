"""Money of a customer that settles no item yet: on account, or unapplied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final, TypeAlias

from services.collections.receivables.domain.open_items import OpenItem

CreditKey: TypeAlias = tuple[str, str, str]
"""Customer, company, currency: credit of one company or currency covers nothing of another."""


@dataclass(slots=True)
class CreditInHand:
    """Amounts in the key's currency, with what is overdue, the oldest first: (due date, item, open amount)."""

    on_account: Decimal
    unapplied: Decimal
    overdue: list[tuple[date, str, Decimal]] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        return self.on_account + self.unapplied

    def covers(self, items: Iterable[OpenItem]) -> Decimal:
        """How much of these items it covers, where it covers what is overdue from the oldest item on."""
        left, covered = max(self.total, Decimal(0)), Decimal(0)
        asked = {item.item_id for item in items}
        for _, item_id, open_amount in sorted(self.overdue):
            used = min(left, open_amount)
            left -= used
            if item_id in asked:
                covered += used
        return covered


NO_CREDITS: Final[Mapping[CreditKey, CreditInHand]] = MappingProxyType({})
