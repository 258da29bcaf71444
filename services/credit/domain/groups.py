"""A parent and its children: one pooled limit above the children's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from services.credit.domain.exchange import Rates

if TYPE_CHECKING:
    from services.credit.domain.account import CreditAccount

MEMBERS_MAX = 200
"""Whoever changes one member's exposure locks all of them; a larger group would make its members wait."""


@dataclass(slots=True)
class CreditGroup:
    """Accounts under one parent; amounts in the group's own `currency`."""

    group_id: str
    """The parent's customer id."""
    name: str
    currency: str
    pooled_limit: Decimal | None = None
    """None: the group is only a scope of rules."""
    members: dict[str, CreditAccount] = field(default_factory=dict)

    def exposure(self, rates: Rates) -> Decimal | None:
        """What all members together owe and have on order; None where a member's currency has no exchange rate."""
        total = Decimal(0)
        for member in self.members.values():
            part = rates.converted(member.exposure, member.currency, self.currency) if member.known else Decimal(0)
            if part is None:
                return None
            total += part
        return total
