"""A customer's credit account: the limit, the exposure, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.credit.domain.account_state import Cause, next_state
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.exposure import AS_SHIPPED, Valuation, valued_beside
from services.credit.domain.groups import CreditGroup
from services.credit.domain.open_items import OpenItem
from services.credit.domain.orders import OpenOrder
from services.credit.domain.reasons import account_held, used
from services.credit.domain.standing import Standing
from shared.contracts.credit import CreditLimitSet, CreditState, CreditStateChanged
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

BY_ITSELF = "system"
"""Who releases an order when payments make room."""


_Valued = tuple[int, Valuation | None, Decimal, tuple[str, ...]]
"""What was valued when: changes of the standing, the valuation; the sum, and the currencies without a rate."""
_UNVALUED: Final[_Valued] = (-1, None, Decimal(0), ())


@dataclass(slots=True)
class CreditAccount:
    """All amounts are in `currency`; what a customer owes or ordered in another one is valued in it.

    Carries everything a decision needs: the totals follow each item and order by differences, so that
    no decision sums over tables.
    """

    customer_id: str
    customer_version: int = 0
    """0: the customer master has not been heard yet; nothing is decided, orders wait."""
    company_id: str = ""
    name: str = ""
    currency: str = ""
    credit_limit: Decimal = Decimal(0)
    limit_version: int = 0
    """How often a person has set the limit; 0: it is the ERP's."""
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
    """Let through of the orders of `ordered_on`, the last day there were any."""
    standing: Standing = field(default_factory=Standing)
    valuation: Valuation = field(default=AS_SHIPPED, compare=False)
    group: CreditGroup | None = field(default=None, compare=False, repr=False)
    """Set where the account is locked together with its group."""
    _beside: _Valued = field(default=_UNVALUED, compare=False, repr=False)

    @property
    def known(self) -> bool:
        return self.customer_version > 0

    @property
    def exposure(self) -> Decimal:
        """Open items plus open orders that may go on, and what counts beside them, valued by `valuation`."""
        beside, valuation = self._beside, self.valuation
        if beside[0] != self.standing.changes or beside[1] is not valuation:
            beside = self._valued
        total = self.open_items_total + self.open_orders_total + beside[2]
        return total if valuation.rules.order_tax_counts else total - self.open_orders_tax

    @property
    def without_rate(self) -> tuple[str, ...]:
        """Currencies of what counts beside the own items and orders that cannot be valued."""
        return self._valued[3]

    @property
    def _valued(self) -> _Valued:
        standing, valuation = self.standing, self.valuation
        if self._beside[0] != standing.changes or self._beside[1] is not valuation:
            total, unvalued = valued_beside(standing, self.currency, valuation)
            self._beside = (standing.changes, valuation, total, unvalued)
        return self._beside

    def ceiling(self, rules: CreditRules) -> Decimal:
        """The exposure up to which orders are approved."""
        return round_half_up(self.credit_limit * rules.at_limit_percent / 100, self.currency)

    def headroom(self, rules: CreditRules) -> Decimal:
        """What may still be ordered; negative above the ceiling."""
        return self.ceiling(rules) - self.exposure

    # What is heard

    def customer_changed(self, customer: CustomerChanged) -> bool:
        """Takes in the customer master; returns whether the totals must be counted anew, in a new currency.

        A limit set by a person stays, unless the currency it was meant in changed.
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
        self.standing.customer_is(customer.terms.net_days, customer.jurisdiction)
        return new_currency

    def item_moved(self, before: tuple[date, Decimal], item: OpenItem) -> None:
        """An item is owed with another amount or due day than `before`."""
        due, amount = before
        if before == (item.due_date, item.open_amount):
            return
        self.standing.owed(item.currency, due, -amount)
        self.standing.owed(item.currency, item.due_date, item.open_amount)
        if item.currency == self.currency:
            self.open_items_total += item.open_amount - amount

    def order_moved(self, before: tuple[Decimal, Decimal], order: OpenOrder) -> None:
        """An order takes more or less of the credit than `before`: its exposure, and the tax in it."""
        change, tax = order.exposure - before[0], order.exposure_tax - before[1]
        if order.currency == self.currency:
            self.open_orders_total += change
            self.open_orders_tax += tax
        else:
            self.standing.ordered(order.currency, change, tax)
        if order.open_amount == 0:
            self.standing.reserved(order.order_id, order.currency, None)

    def forget_cleared(self) -> None:
        """Money that has cleared by now need not be remembered."""
        days = max(self.valuation.rules.clearing_days.values(), default=0)
        if self.valuation.day > date.min + timedelta(days=days):
            self.standing.forget_cleared(self.valuation.day - timedelta(days=days))

    def let_through(self, amount: Decimal, ordered_on: date) -> None:
        """Counts what was let through of a day's orders, for rules on the day's amount."""
        if self.ordered_on is None or ordered_on > self.ordered_on:
            self.ordered_on, self.ordered_amount = ordered_on, amount
        elif ordered_on == self.ordered_on:
            self.ordered_amount += amount

    def hold_lifted(self, hold_id: str, rules: CreditRules, on: date) -> list[CreditStateChanged]:
        """The account leaves Hold with its last hold, for the state its exposure gives it."""
        was_held = bool(self.holds)
        self.holds.pop(hold_id, None)
        if not was_held or self.holds or not self.known:
            return []
        cause = self._cause(rules)
        return self._move(Cause.HOLD_LIFTED_AT_LIMIT if cause is Cause.AT_LIMIT else cause, on)

    # What is decided

    def set_limit(
        self,
        limit: Decimal,
        by: str,
        reason: str,
        on: date,
        valid_until: date | None = None,
        request_id: str | None = None,
    ) -> CreditLimitSet:
        """Credit sets the limit; from now on the ERP's no longer counts."""
        previous, self.credit_limit = self.credit_limit, round_half_up(limit, self.currency)
        self.limit_version += 1
        self.standing.limit_until(valid_until)
        return CreditLimitSet(
            customer_id=self.customer_id,
            limit_version=self.limit_version,
            currency=self.currency,
            credit_limit=self.credit_limit,
            previous_limit=previous,
            valid_from=on,
            set_by=by,
            reason=reason,
            valid_until=valid_until,
            request_id=request_id,
        )

    def moved_by(self, cause: Cause, reasons: Iterable[Reason], on: date) -> list[CreditStateChanged]:
        """A request or a person moves the account; nothing where its state knows no such move."""
        return self._move(cause, on, tuple(reasons))

    def settle_state(self, rules: CreditRules, on: date) -> list[CreditStateChanged]:
        """Moves the account to the state its holds and exposure ask for; says so only when it moved."""
        return self._move(self._cause(rules), on) if self.known else []

    def _cause(self, rules: CreditRules) -> Cause:
        if self.holds:
            return Cause.HOLD_REQUESTED
        exposure = self.exposure
        if exposure <= 0:
            return Cause.BELOW_WARNING
        if exposure >= self.ceiling(rules):
            return Cause.AT_LIMIT
        if exposure * 100 >= self.credit_limit * rules.warning_percent:
            return Cause.AT_WARNING
        return Cause.BELOW_WARNING

    def _move(self, cause: Cause, on: date, reasons: tuple[Reason, ...] = ()) -> list[CreditStateChanged]:
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
        return (used(self.exposure, self.credit_limit, self.currency),)
