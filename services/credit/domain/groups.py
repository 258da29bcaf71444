"""A parent and its children: one pooled limit above the children's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from services.credit.domain.exposure import Valuation, valued_beside
from services.credit.domain.standing import NOTHING, Standing

if TYPE_CHECKING:
    from services.credit.domain.account import CreditAccount

MEMBERS_MAX = 200
"""Whoever changes one member's exposure makes all of them wait; in a larger group they would wait for too long."""


@dataclass(frozen=True, slots=True)
class OtherMembers:
    """What members owe and have on order together that are not at hand themselves; all accounts in one `currency`."""

    currency: str
    open_items_total: Decimal
    open_orders_total: Decimal
    open_orders_tax: Decimal
    standings: tuple[Standing, ...] = ()
    """Of those where more counts than own items and orders: each is valued for itself."""

    def exposure(self, valuation: Valuation) -> Decimal:
        """The sum of what each of them would say of itself."""
        total = self.open_items_total + self.open_orders_total
        if not valuation.rules.order_tax_counts:
            total -= self.open_orders_tax
        return sum((valued_beside(standing, self.currency, valuation)[0] for standing in self.standings), total)


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
    """Those at hand."""
    others: tuple[OtherMembers, ...] = ()
    """The others, as far as a pooled limit asks for them."""
    _others_valued: tuple[Valuation | None, dict[str, Decimal]] = field(default=(None, {}), repr=False)

    def exposure(self, valuation: Valuation) -> Decimal | None:
        """What all members together owe and have on order; None where a member's currency has no exchange rate.

        Added up by currency before it is converted: it makes no difference who is at hand.
        """
        by_currency = dict(self._valued_others(valuation))
        for member in self.members.values():
            if member.known:
                by_currency[member.currency] = by_currency.get(member.currency, NOTHING) + member.exposure
        total = NOTHING
        for currency, amount in by_currency.items():
            part = valuation.rates.converted(amount, currency, self.currency)
            if part is None:
                return None
            total += part
        return total

    def add_up(self, others: tuple[OtherMembers, ...]) -> None:
        """These are not at hand."""
        self.others, self._others_valued = others, (None, {})

    def _valued_others(self, valuation: Valuation) -> dict[str, Decimal]:
        if self._others_valued[0] is not valuation:
            by_currency: dict[str, Decimal] = {}
            for others in self.others:
                found = by_currency.get(others.currency, NOTHING)
                by_currency[others.currency] = found + others.exposure(valuation)
            self._others_valued = valuation, by_currency
        return self._others_valued[1]
