"""A customer's credit account: the limit, the exposure, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from services.credit.domain.account_state import Cause, next_state
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.orders import OpenOrder
from services.credit.domain.reasons import account_held, other_currency, over_limit
from shared.contracts.credit import (
    CreditApproved,
    CreditDeclined,
    CreditHeld,
    CreditLimitSet,
    CreditReleased,
    CreditState,
    CreditStateChanged,
)
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

BY_ITSELF = "system"
"""Who releases an order when payments make room."""


@dataclass(slots=True)
class CreditAccount:
    """All amounts are in `currency`; what a customer owes or ordered in another one is not counted.

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

    @property
    def known(self) -> bool:
        return self.customer_version > 0

    @property
    def exposure(self) -> Decimal:
        """Open items plus open orders that may go on."""
        return self.open_items_total + self.open_orders_total

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
        return new_currency

    def items_changed(self, difference: Decimal, currency: str) -> None:
        """More or less is owed."""
        if currency == self.currency:
            self.open_items_total += difference

    def orders_changed(self, difference: Decimal, currency: str) -> None:
        """More or less is on order."""
        if currency == self.currency:
            self.open_orders_total += difference

    def hold_lifted(self, hold_id: str, rules: CreditRules, on: date) -> list[CreditStateChanged]:
        """The account leaves Hold with its last hold, for the state its exposure gives it."""
        was_held = bool(self.holds)
        self.holds.pop(hold_id, None)
        if not was_held or self.holds or not self.known:
            return []
        cause = self._cause(rules)
        return self._move(Cause.HOLD_LIFTED_AT_LIMIT if cause is Cause.AT_LIMIT else cause, on)

    # What is decided

    def reasons_against(self, amount: Decimal, currency: str, rules: CreditRules) -> tuple[Reason, ...]:
        """Every reason why an order of `amount` may not go on by itself; none: it may."""
        reasons = [account_held(reason) for reason in self.holds.values()]
        if currency != self.currency:
            reasons.append(other_currency(currency, self.currency))
        elif amount > self.headroom(rules):
            reasons.append(over_limit(amount, self.exposure, self.ceiling(rules), currency))
        return tuple(reasons)

    def authorise(self, order: OpenOrder, rules: CreditRules, policy_version: int, on: date) -> list[Decided]:
        """Approves the order, or holds it with every reason. A new order at the limit holds the account."""
        reasons = self.reasons_against(order.open_amount, order.currency, rules)
        exposure, limit = self._with(order)
        facts: dict[str, Any] = {
            "order_id": order.order_id,
            "customer_id": self.customer_id,
            "decided_on": on,
            "currency": order.currency,
            "order_amount": order.open_amount,
            "exposure": exposure,
            "credit_limit": limit,
            "policy_version": policy_version,
        }
        if reasons:
            order.decide("held", on)
            return [CreditHeld(**facts, reasons=reasons), *self._move(Cause.ORDER_AT_LIMIT, on)]
        order.decide("approved", on)
        self.orders_changed(order.exposure, order.currency)
        return [CreditApproved(**facts), *self.settle_state(rules, on)]

    def release(self, order: OpenOrder, by: str, reason: str, on: date) -> CreditReleased:
        """Lets a held order go on, whatever the headroom: who may do that is for the caller to ask."""
        exposure, limit = self._with(order)
        order.decide("released", on)
        self.orders_changed(order.exposure, order.currency)
        return CreditReleased(
            order_id=order.order_id,
            customer_id=self.customer_id,
            decided_on=on,
            currency=order.currency,
            order_amount=order.open_amount,
            exposure=exposure,
            credit_limit=limit,
            released_by=by,
            reason=reason,
        )

    def decline(self, order: OpenOrder, by: str, reason: str, on: date) -> CreditDeclined:
        """The order is not to be delivered on credit."""
        order.decide("declined", on)
        return CreditDeclined(
            order_id=order.order_id,
            customer_id=self.customer_id,
            decided_on=on,
            currency=order.currency,
            order_amount=order.open_amount,
            declined_by=by,
            reason=reason,
        )

    def release_what_fits(
        self, held: Iterable[OpenOrder], rules: CreditRules, because: str, on: date
    ) -> list[CreditReleased]:
        """Releases held orders oldest first and stops at the first that does not fit.

        No order overtakes an older one, so it makes no difference in how many steps room is made.
        Orders in another currency can never fit; they wait for a person and stop nobody.
        """
        released = []
        for order in sorted((o for o in held if o.currency == self.currency), key=lambda o: o.age):
            if self.reasons_against(order.open_amount, order.currency, rules):
                break
            assert order.order_date is not None
            released.append(self.release(order, BY_ITSELF, because, max(order.order_date, on)))
        return released

    def set_limit(self, limit: Decimal, by: str, reason: str, on: date) -> CreditLimitSet:
        """A person sets the limit; from now on the ERP's no longer counts."""
        previous, self.credit_limit = self.credit_limit, round_half_up(limit, self.currency)
        self.limit_version += 1
        return CreditLimitSet(
            customer_id=self.customer_id,
            limit_version=self.limit_version,
            currency=self.currency,
            credit_limit=self.credit_limit,
            previous_limit=previous,
            valid_from=on,
            set_by=by,
            reason=reason,
        )

    def settle_state(self, rules: CreditRules, on: date) -> list[CreditStateChanged]:
        """Moves the account to the state its holds and exposure ask for; says so only when it moved."""
        return self._move(self._cause(rules), on) if self.known else []

    def _cause(self, rules: CreditRules) -> Cause:
        if self.holds:
            return Cause.HOLD_REQUESTED
        if self.exposure > 0 and self.exposure >= self.ceiling(rules):
            return Cause.AT_LIMIT
        if self.exposure > 0 and self.exposure * 100 >= self.credit_limit * rules.warning_percent:
            return Cause.AT_WARNING
        return Cause.BELOW_WARNING

    def _move(self, cause: Cause, on: date) -> list[CreditStateChanged]:
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
            )
        ]

    def _with(self, order: OpenOrder) -> tuple[Decimal, Decimal]:
        """Exposure including the order, and the limit; in a foreign currency there is only the order, and no limit."""
        if order.currency != self.currency:
            return order.open_amount, Decimal(0)
        return self.exposure + order.open_amount, self.credit_limit


Decided = CreditApproved | CreditHeld | CreditStateChanged
"""What authorising an order can lead to."""
