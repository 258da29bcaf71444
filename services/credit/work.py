"""Credit's unit of work: the tables of all capabilities, and the locking of accounts.

A transaction that changes anything of a customer first locks the customer's account (`CreditWork.lock`). The lock
also guards the customer's items, orders and holds, even those that have no row yet.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Protocol

from services.credit.account_status.store import HOLDS, state_row
from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.exposure import ExposureMovement, Valuation
from services.credit.accounts.domain.group_exposure import CreditGroup
from services.credit.accounts.store import ACCOUNTS, ITEMS, movement_row
from services.credit.accounts.valuation_loader import LockedGroups, add_up_other_members, load_rates_on, pairs_needed
from services.credit.credit_requests.domain.credit_requests import RequestStep
from services.credit.credit_requests.store import REPORTS, REQUESTS
from services.credit.limits.store import CREDIT_FILES
from services.credit.order_authorization.domain.evaluation import OrderFacts
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.policy import CREDIT_RULES
from services.credit.order_authorization.store import ORDERS, OrderDecision, decision_row
from shared.chassis.transaction.unit_of_work import Cause, UnitOfWork
from shared.contracts.credit import CreditStateChanged
from shared.kernel.business_days import BusinessDays
from shared.kernel.exchange_rates import DatedExchangeRates, ExchangeRates


class ReadOnly(Protocol):
    """Named queries over one moment of the database."""

    days: BusinessDays

    async def fetch(self, query: str, *arguments: Any) -> list[Any]: ...


class CreditWork(UnitOfWork):
    """One batch's or request's work on credit accounts."""

    def prepare(self) -> None:
        self.accounts = self.aggregates(ACCOUNTS)
        self.items = self.aggregates(ITEMS)
        self.orders = self.aggregates(ORDERS)
        self.holds = self.aggregates(HOLDS)
        self.credit_files = self.aggregates(CREDIT_FILES)
        self.requests = self.aggregates(REQUESTS)
        self.reports = self.aggregates(REPORTS)
        self.groups = LockedGroups()
        self._rates = DatedExchangeRates()
        self._valuations: dict[date, Valuation] = {}

    async def lock(self, customer_ids: Iterable[str], currencies: Collection[str] = ()) -> dict[str, CreditAccount]:
        """The accounts of these customers, locked. An unknown customer gets an account without master data.

        The group of an account is locked before the account, and the exposure of its other members is added up.
        `currencies` are those of the orders to be evaluated: their exchange rates are loaded too.
        """
        wanted = set(customer_ids)
        await self.groups.lock_groups_of(wanted, self)
        accounts = await self.accounts.load(wanted)
        unknown = sorted(wanted - accounts.keys())
        if unknown:
            await self.execute("open_accounts", unknown)
            opened = await self.accounts.fetch("load_accounts", unknown)
            accounts |= {account.customer_id: account for account in opened}
        if not self.groups.attach(accounts.values()):
            return await self.lock(wanted, currencies)
        await self.groups.add_up(self.accounts.held(), self)
        await self._value(accounts.values(), currencies)
        return accounts

    async def lock_members_with_held_orders(self, groups: Mapping[str, CreditGroup]) -> None:
        """Loads the accounts of locked groups that have a held order."""
        members = await self.accounts.fetch("load_members_with_held_orders", sorted(groups))
        self.groups.attach(members)
        await add_up_other_members(groups.values(), self.accounts.held(), self)
        await self._value(members, ())

    async def load_rates_for(self, orders: Iterable[OpenOrder]) -> None:
        """Loads rates for orders in another currency than their account, which is locked."""
        foreign = [order for order in orders if order.currency != self.accounts[order.customer_id].currency]
        if foreign:
            await self.lock({order.customer_id for order in foreign}, {order.currency for order in foreign})

    async def _value(self, accounts: Collection[CreditAccount], currencies: Collection[str]) -> None:
        """Exposure is valued by the rules and rates of the business day of the account's company."""
        pairs = pairs_needed(accounts, currencies)
        for rate_day in sorted({self._rate_day(account) for account in accounts}):
            rates = await load_rates_on(rate_day, pairs, self, self._rates)
            known = self._valuations.get(rate_day)
            if known is None or known.rates is not rates:
                await self._value_on(rate_day, rates)
        for account in accounts:
            account.valuation = self._valuations[self._rate_day(account)]

    async def _value_on(self, rate_day: date, rates: ExchangeRates) -> None:
        day = rate_day if self.days.begun else datetime.now(UTC).date()
        rules = (await self.policy(CREDIT_RULES)).on(day).document.exposure
        self._valuations[rate_day] = Valuation(day, rules, rates)
        for account in self.accounts.held():
            if self._rate_day(account) == rate_day:
                account.valuation = self._valuations[rate_day]

    def _rate_day(self, account: CreditAccount) -> date:
        return self.days.of(account.company_id) or date.max

    async def undecided_orders(self, customer_ids: Iterable[str]) -> dict[str, list[OpenOrder]]:
        """Orders of these customers that wait or are held, oldest first, as this unit of work knows them."""
        orders: dict[str, list[OpenOrder]] = {customer_id: [] for customer_id in customer_ids}
        for order in await self.orders.fetch("load_undecided_orders", sorted(orders)):
            orders[order.customer_id].append(order)
        listed = {id(order) for queue in orders.values() for order in queue}
        for order in self.orders.held():
            if order.customer_id in orders and order.decision == "held" and id(order) not in listed:
                orders[order.customer_id].append(order)
        for queue in orders.values():
            queue.sort(key=lambda order: order.age)
        return orders

    def emit_all(
        self, events: Iterable[OrderDecision | CreditStateChanged], cause: Cause, facts: OrderFacts | None = None
    ) -> None:
        """Publishes decisions and state changes, and stores both in the history; decisions with their facts."""
        for event in events:
            if isinstance(event, CreditStateChanged):
                self.emit(event, cause=cause, about=str(event.state_version))
                self.append("insert_state_history", state_row(event))
            else:
                self.emit(event, cause=cause)
                self.append("insert_decisions", decision_row(event, facts))

    def record_movement(self, movement: ExposureMovement) -> None:
        """Stores a dated change of a part of exposure; a change of zero is left out."""
        if movement.change:
            self.append("insert_exposure_movements", movement_row(movement))

    def record_order_exposure(self, order: OpenOrder, before: Decimal, on: date) -> None:
        """Stores by how much the order takes more or less of the credit than `before`, with its tax."""
        change = order.exposure - before
        self.record_movement(
            ExposureMovement(order.customer_id, on, "open_orders", order.currency, change, order.order_id)
        )

    def record_step(self, step: RequestStep) -> None:
        """Stores a step of a credit request."""
        self.append("insert_request_steps", astuple(step))
