"""A parent company and its children: one pooled limit above the children's own limits."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from services.credit.accounts.domain.account_profile import NOTHING, AccountProfile
from services.credit.accounts.domain.exposure import Valuation, other_exposure


class GroupMember(Protocol):
    """What a group asks of an account that is loaded."""

    @property
    def has_master_data(self) -> bool: ...

    @property
    def currency(self) -> str: ...

    @property
    def exposure(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class OtherMembers:
    """What members that are not loaded owe and have on order together; all accounts in one `currency`."""

    currency: str
    open_items_total: Decimal
    open_orders_total: Decimal
    open_orders_tax: Decimal
    profiles: tuple[AccountProfile, ...] = ()
    """Of members with more exposure than their own items and orders: each is valued by itself."""

    def exposure(self, valuation: Valuation) -> Decimal:
        """The sum of the members' exposures, in `currency`."""
        total = self.open_items_total + self.open_orders_total
        if not valuation.rules.order_tax_counts:
            total -= self.open_orders_tax
        return sum((other_exposure(profile, self.currency, valuation)[0] for profile in self.profiles), total)


@dataclass(slots=True)
class CreditGroup:
    """Accounts under one parent; amounts in the group's own `currency`."""

    group_id: str
    """The parent's customer id."""
    name: str
    currency: str
    pooled_limit: Decimal | None = None
    """None: the group is only a scope of rules."""
    members: dict[str, GroupMember] = field(default_factory=dict)
    """Those that are loaded, by customer id."""
    others: tuple[OtherMembers, ...] = ()
    """The members that are not loaded; only for a group with a pooled limit."""
    _others_valued: tuple[Valuation | None, dict[str, Decimal]] = field(default=(None, {}), repr=False)

    def exposure(self, valuation: Valuation) -> Decimal | None:
        """What all members together owe and have on order; None if a member's currency has no exchange rate.

        Added up by currency before it is converted, so the result does not depend on which members are loaded.
        """
        by_currency = dict(self._valued_others(valuation))
        for member in self.members.values():
            if member.has_master_data:
                by_currency[member.currency] = by_currency.get(member.currency, NOTHING) + member.exposure
        total = NOTHING
        for currency, amount in by_currency.items():
            part = valuation.rates.convert(amount, currency, self.currency)
            if part is None:
                return None
            total += part
        return total

    def set_others(self, others: tuple[OtherMembers, ...]) -> None:
        """Replaces the sums of the members that are not loaded."""
        self.others, self._others_valued = others, (None, {})

    def _valued_others(self, valuation: Valuation) -> dict[str, Decimal]:
        if self._others_valued[0] is not valuation:
            by_currency: dict[str, Decimal] = {}
            for others in self.others:
                found = by_currency.get(others.currency, NOTHING)
                by_currency[others.currency] = found + others.exposure(valuation)
            self._others_valued = valuation, by_currency
        return self._others_valued[1]
