"""A customer's credit account: the limit, the exposure, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Protocol

from services.credit.accounts.domain.account_profile import AccountProfile
from services.credit.accounts.domain.account_rules import AccountRules
from services.credit.accounts.domain.account_state import StateCause, next_state
from services.credit.accounts.domain.exposure import DEFAULT_VALUATION, Valuation, other_exposure
from services.credit.accounts.domain.group_exposure import CreditGroup
from services.credit.accounts.domain.open_items import OpenItem
from services.credit.accounts.domain.reasons import account_held, limit_used
from shared.contracts.credit import CreditLimitSet, CreditState, CreditStateChanged
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

SYSTEM_ACTOR: Final = "system"
"""Who takes a decision that no person takes."""

_Valued = tuple[int, Valuation | None, Decimal, tuple[str, ...]]
"""The version of the profile and the valuation used; the sum, and the currencies without a rate."""
_UNVALUED: Final[_Valued] = (-1, None, Decimal(0), ())


class OrderExposure(Protocol):
    """What the account asks of an order."""

    order_id: str
    currency: str
    open_amount: Decimal

    @property
    def exposure(self) -> Decimal: ...

    @property
    def exposure_tax(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class LimitChange:
    """A limit that takes effect on a day; `credit_limit` is in `currency`, the account's."""

    takes_effect_on: date
    currency: str
    credit_limit: Decimal
    valid_until: date | None
    """The last day of a temporary limit; None: it has no end."""
    set_by: str
    reason: str
    request_id: str | None
    """The credit request it follows from."""


@dataclass(slots=True)
class CreditAccount:
    """All amounts are in `currency`; what a customer owes or ordered in another one is valued in it.

    The account carries everything a decision needs: its totals follow each item and order by differences, so no
    decision sums over tables.
    """

    customer_id: str
    customer_version: int = 0
    """0: the customer's master data has not arrived; nothing is decided, orders wait."""
    company_id: str = ""
    name: str = ""
    currency: str = ""
    credit_limit: Decimal = Decimal(0)
    limit_version: int = 0
    """How often credit has set the limit; 0: it is the ERP's."""
    open_items_total: Decimal = Decimal(0)
    open_orders_total: Decimal = Decimal(0)
    """Approved and released orders, as far as neither invoiced nor cancelled."""
    state: CreditState = "Active"
    state_version: int = 0
    holds: dict[str, str] = field(default_factory=dict)
    """Holds in force, hold_id -> reason."""
    open_orders_tax: Decimal = Decimal(0)
    """The tax in `open_orders_total`."""
    group_id: str | None = None
    """The parent's customer id."""
    ordered_on: date | None = None
    ordered_amount: Decimal = Decimal(0)
    """Approved or released of the orders of `ordered_on`, the last day with orders."""
    profile: AccountProfile = field(default_factory=AccountProfile)
    valuation: Valuation = field(default=DEFAULT_VALUATION, compare=False)
    group: CreditGroup | None = field(default=None, compare=False, repr=False)
    """Set if the account is loaded together with its group."""
    _other_exposure: _Valued = field(default=_UNVALUED, compare=False, repr=False)

    @property
    def has_master_data(self) -> bool:
        return self.customer_version > 0

    @property
    def exposure(self) -> Decimal:
        """Open items plus approved open orders plus every other part of exposure, valued by `valuation`."""
        other, valuation = self._other_exposure, self.valuation
        if other[0] != self.profile.changes or other[1] is not valuation:
            other = self._valued
        total = self.open_items_total + self.open_orders_total + other[2]
        return total if valuation.rules.order_tax_counts else total - self.open_orders_tax

    @property
    def without_rate(self) -> tuple[str, ...]:
        """Currencies of amounts owed that cannot be valued, as there is no exchange rate."""
        return self._valued[3]

    @property
    def _valued(self) -> _Valued:
        profile, valuation = self.profile, self.valuation
        if self._other_exposure[0] != profile.changes or self._other_exposure[1] is not valuation:
            total, unvalued = other_exposure(profile, self.currency, valuation)
            self._other_exposure = (profile.changes, valuation, total, unvalued)
        return self._other_exposure

    def ceiling(self, rules: AccountRules) -> Decimal:
        """The exposure up to which orders are approved."""
        return round_half_up(self.credit_limit * rules.at_limit_percent / 100, self.currency)

    def headroom(self, rules: AccountRules) -> Decimal:
        """What may still be ordered; negative above the ceiling."""
        return self.ceiling(rules) - self.exposure

    # What other services report

    def customer_changed(self, customer: CustomerChanged) -> bool:
        """Applies the customer's master data. True if the totals must be counted again, in a new currency.

        A limit set by a person stays, unless the currency it was given in changed.
        """
        if customer.version <= self.customer_version:
            return False
        new_currency = customer.currency != self.currency
        if new_currency or self.limit_version == 0:
            self.credit_limit = round_half_up(customer.credit_limit, customer.currency)
        self.customer_version = customer.version
        self.company_id = customer.company_id
        self.name = customer.name
        self.currency = customer.currency
        self.profile.set_customer_terms(customer.terms.payment_terms().longest_days, customer.jurisdiction)
        return new_currency

    def item_moved(self, before: tuple[date, Decimal], item: OpenItem) -> None:
        """An item has another open amount or due day than `before`."""
        due, amount = before
        if before == (item.due_date, item.open_amount):
            return
        self.profile.add_due(item.currency, due, -amount)
        self.profile.add_due(item.currency, item.due_date, item.open_amount)
        if item.currency == self.currency:
            self.open_items_total += item.open_amount - amount

    def order_moved(self, before: tuple[Decimal, Decimal], order: OrderExposure) -> None:
        """An order takes more or less of the credit than `before`: its exposure, and the tax in it."""
        change, tax = order.exposure - before[0], order.exposure_tax - before[1]
        if order.currency == self.currency:
            self.open_orders_total += change
            self.open_orders_tax += tax
        else:
            self.profile.add_foreign_order(order.currency, change, tax)
        if order.open_amount == 0:
            self.profile.reserve(order.order_id, order.currency, None)

    def drop_cleared(self) -> None:
        """Removes payments from the uncleared money that have cleared by now."""
        days = max(self.valuation.rules.clearing_days.values(), default=0)
        if self.valuation.day > date.min + timedelta(days=days):
            self.profile.drop_cleared(self.valuation.day - timedelta(days=days))

    def record_approved_amount(self, amount: Decimal, ordered_on: date) -> None:
        """Adds to the approved orders of a day, for rules on the day's amount."""
        if self.ordered_on is None or ordered_on > self.ordered_on:
            self.ordered_on, self.ordered_amount = ordered_on, amount
        elif ordered_on == self.ordered_on:
            self.ordered_amount += amount

    def hold_lifted(self, hold_id: str, rules: AccountRules, on: date) -> list[CreditStateChanged]:
        """Removes a hold. With its last hold the account leaves Hold, for the state its exposure gives it."""
        was_held = bool(self.holds)
        self.holds.pop(hold_id, None)
        if not was_held or self.holds or not self.has_master_data:
            return []
        cause = self._cause(rules)
        return self._move(StateCause.HOLD_LIFTED_AT_LIMIT if cause is StateCause.AT_LIMIT else cause, on)

    # What is decided

    def set_limit(self, limit: LimitChange) -> CreditLimitSet:
        """Credit sets the limit; from now on the ERP's limit no longer counts."""
        previous, self.credit_limit = self.credit_limit, round_half_up(limit.credit_limit, self.currency)
        self.limit_version += 1
        self.profile.set_limit_end(limit.valid_until)
        return CreditLimitSet(
            customer_id=self.customer_id,
            limit_version=self.limit_version,
            currency=self.currency,
            credit_limit=self.credit_limit,
            previous_limit=previous,
            valid_from=limit.takes_effect_on,
            set_by=limit.set_by,
            reason=limit.reason,
            valid_until=limit.valid_until,
            request_id=limit.request_id,
        )

    def change_state(self, cause: StateCause, reasons: Iterable[Reason], on: date) -> list[CreditStateChanged]:
        """A request or a person moves the account; empty if its state does not allow the move."""
        return self._move(cause, on, tuple(reasons))

    def update_state(self, rules: AccountRules, on: date) -> list[CreditStateChanged]:
        """Moves the account to the state its holds and exposure require; empty if that is its state already."""
        return self._move(self._cause(rules), on) if self.has_master_data else []

    def _cause(self, rules: AccountRules) -> StateCause:
        if self.holds:
            return StateCause.HOLD_REQUESTED
        exposure = self.exposure
        if exposure <= 0:
            return StateCause.BELOW_WARNING
        if exposure >= self.ceiling(rules):
            return StateCause.AT_LIMIT
        if exposure * 100 >= self.credit_limit * rules.warning_percent:
            return StateCause.AT_WARNING
        return StateCause.BELOW_WARNING

    def _move(self, cause: StateCause, on: date, reasons: tuple[Reason, ...] = ()) -> list[CreditStateChanged]:
        old, new = self.state, next_state(self.state, cause)
        if old == new:
            return []
        self.state = new
        self.state_version += 1
        return [
            CreditStateChanged(
                customer_id=self.customer_id,
                state_version=self.state_version,
                old_state=old,
                new_state=new,
                cause=cause,
                business_date=on,
                currency=self.currency,
                exposure=self.exposure,
                credit_limit=self.credit_limit,
                reasons=reasons or self._reasons_for_state(),
            )
        ]

    def _reasons_for_state(self) -> tuple[Reason, ...]:
        if self.holds:
            return tuple(account_held(reason) for reason in self.holds.values())
        return (limit_used(self.exposure, self.credit_limit, self.currency),)
