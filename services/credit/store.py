"""How credit keeps its accounts, and what it reads and writes of them set-based.

Whoever changes anything of a customer first locks the customer's account (`CreditWork.lock`); the
lock guards the items, orders and holds beside it, also those that have no row yet.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import asyncpg

from services.credit.domain.account import CreditAccount
from services.credit.domain.authorisation import Facts
from services.credit.domain.credit_requests import RequestStep
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.exchange import NO_RATES, Pair
from services.credit.domain.exposure import Valuation
from services.credit.domain.groups import CreditGroup
from services.credit.domain.handling import Handling
from services.credit.domain.holds import Hold
from services.credit.domain.open_items import OpenItem
from services.credit.domain.orders import OpenOrder
from services.credit.domain.standing import Standing
from services.credit.history import OrderDecision, decision_row, state_row
from services.credit.request_store import FILES, REPORTS, REQUESTS
from services.credit.valuing import Groups, add_up_others, pairs_needed, rates_on
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import Cause, Table, UnitOfWork
from shared.contracts.credit import CreditStateChanged
from shared.kernel.money import round_half_up

CREDIT_RULES: Final = PolicyKind(
    name="credit_rules",
    document=CreditRules,
    default=Path(__file__).parent / "policies" / "credit_rules.json",
    changed_by=("credit_manager",),
)


def account_from_row(row: asyncpg.Record) -> CreditAccount:
    currency = row["currency"]
    account = CreditAccount(
        customer_id=row["customer_id"],
        customer_version=row["customer_version"],
        company_id=row["company_id"],
        name=row["name"],
        currency=currency,
        limit_version=row["limit_version"],
        state=row["state"],
        state_version=row["state_version"],
        holds=json.loads(row["holds"]) if row["holds"] != "{}" else {},
        group_id=row["group_id"],
        ordered_on=row["ordered_on"],
        standing=Standing(row["standing"]),
    )
    if account.known:
        account.credit_limit = round_half_up(row["credit_limit"], currency)
        account.open_items_total = round_half_up(row["open_items_total"], currency)
        account.open_orders_total = round_half_up(row["open_orders_total"], currency)
        account.open_orders_tax = round_half_up(row["open_orders_tax"], currency)
        account.ordered_amount = round_half_up(row["ordered_amount"], currency)
    return account


def account_to_row(account: CreditAccount) -> tuple[Any, ...]:
    return (
        account.customer_id,
        account.customer_version,
        account.company_id,
        account.name,
        account.currency,
        account.credit_limit,
        account.limit_version,
        account.open_items_total,
        account.open_orders_total,
        account.state,
        account.state_version,
        json.dumps(account.holds) if account.holds else "{}",
        account.open_orders_tax,
        account.group_id,
        account.ordered_on,
        account.ordered_amount,
        account.standing.text,
    )


def item_from_row(row: asyncpg.Record) -> OpenItem:
    return OpenItem(
        customer_id=row["customer_id"],
        item_id=row["item_id"],
        currency=row["currency"],
        open_amount=round_half_up(row["open_amount"], row["currency"]),
        item_version=row["item_version"],
        due_date=row["due_date"],
        closed_on=row["closed_on"],
        order_id=row["order_id"],
        contested=row["contested"],
        payments=row["payments"],
    )


def item_to_row(item: OpenItem) -> tuple[Any, ...]:
    return (
        item.customer_id,
        item.item_id,
        item.currency,
        item.open_amount,
        item.item_version,
        item.due_date,
        item.closed_on,
        item.order_id,
        item.contested,
        item.payments,
    )


def order_from_row(row: asyncpg.Record) -> OpenOrder:
    return OpenOrder(
        customer_id=row["customer_id"],
        order_id=row["order_id"],
        company_id=row["company_id"],
        currency=row["currency"],
        order_date=row["order_date"],
        order_amount=round_half_up(row["order_amount"], row["currency"]),
        open_amount=round_half_up(row["open_amount"], row["currency"]),
        order_version=row["order_version"],
        decision=row["decision"],
        decided_on=row["decided_on"],
        order_tax=round_half_up(row["order_tax"], row["currency"]),
        handling=Handling.of(row["handling"]),
        decisions=row["decisions"],
        revision=row["revision"],
    )


def order_to_row(order: OpenOrder) -> tuple[Any, ...]:
    return (
        order.customer_id,
        order.order_id,
        order.company_id,
        order.currency,
        order.order_date,
        order.order_amount,
        order.open_amount,
        order.order_version,
        order.decision,
        order.decided_on,
        order.order_tax,
        order.handling.text,
        order.decisions,
        order.revision,
    )


def hold_from_row(row: asyncpg.Record) -> Hold:
    return Hold(**row)


ACCOUNTS: Final[Table[str, CreditAccount]] = Table(
    load="load_accounts",
    save="save_accounts",
    key=lambda account: account.customer_id,
    from_row=account_from_row,
    to_row=account_to_row,
)
ITEMS: Final[Table[tuple[str, str], OpenItem]] = Table(
    load="load_items",
    save="save_items",
    key=lambda item: (item.customer_id, item.item_id),
    from_row=item_from_row,
    to_row=item_to_row,
)
ORDERS: Final[Table[tuple[str, str], OpenOrder]] = Table(
    load="load_orders",
    save="save_orders",
    key=lambda order: (order.customer_id, order.order_id),
    from_row=order_from_row,
    to_row=order_to_row,
)
HOLDS: Final[Table[tuple[str, str], Hold]] = Table(
    load="load_holds",
    save="save_holds",
    key=lambda hold: (hold.customer_id, hold.hold_id),
    from_row=hold_from_row,
    to_row=lambda hold: astuple(hold),
)


class CreditWork(UnitOfWork):
    """One batch's or request's work on credit accounts."""

    def prepare(self) -> None:
        self.accounts = self.aggregates(ACCOUNTS)
        self.items = self.aggregates(ITEMS)
        self.orders = self.aggregates(ORDERS)
        self.holds = self.aggregates(HOLDS)
        self.files = self.aggregates(FILES)
        self.requests = self.aggregates(REQUESTS)
        self.reports = self.aggregates(REPORTS)
        self.groups = Groups()
        self._pairs: set[Pair] = set()
        self._valuation: Valuation | None = None

    async def lock(self, customer_ids: Iterable[str], currencies: Collection[str] = ()) -> dict[str, CreditAccount]:
        """The accounts of these customers, locked; one not heard of yet is opened, to be known later.

        Before an account its group is locked, and what its other members owe is added up. `currencies` are those of
        the orders to be judged: their exchange rates are at hand then.
        """
        wanted = set(customer_ids)
        await self.groups.lock_those_of(wanted, self)
        accounts = await self.accounts.load(wanted)
        unheard = sorted(wanted - accounts.keys())
        if unheard:
            await self.execute("open_accounts", unheard)
            opened = await self.accounts.fetch("load_accounts", unheard)
            accounts |= {account.customer_id: account for account in opened}
        if not self.groups.joined(accounts.values()):
            return await self.lock(wanted, currencies)
        await self.groups.add_up(self.accounts.held(), self)
        await self._value(accounts.values(), currencies)
        return accounts

    async def lock_members_with_held_orders(self, groups: Mapping[str, CreditGroup]) -> None:
        """Of groups that are locked: accounts of which an order is held."""
        members = await self.accounts.fetch("load_members_with_held_orders", sorted(groups))
        self.groups.joined(members)
        await add_up_others(groups.values(), self.accounts.held(), self)
        await self._value(members, ())

    async def have_rates_for(self, orders: Iterable[OpenOrder]) -> None:
        """Rates for orders in another currency than their account's, which is locked."""
        foreign = [order for order in orders if order.currency != self.accounts[order.customer_id].currency]
        if foreign:
            await self.lock({order.customer_id for order in foreign}, {order.currency for order in foreign})

    async def _value(self, accounts: Collection[CreditAccount], currencies: Collection[str]) -> None:
        """Exposure is valued by the rules and rates of the last business day heard of."""
        day = self.business_date
        pairs = pairs_needed(accounts, currencies) - self._pairs
        if self._valuation is None or pairs:
            self._pairs |= pairs
            found = await rates_on(self.today or date.max, pairs, self)
            known = self._valuation.rates if self._valuation is not None else NO_RATES
            rules = (await self.policy(CREDIT_RULES)).on(day).document.exposure
            self._valuation = Valuation(day, rules, known.joined(found))
            for account in self.accounts.held():
                account.valuation = self._valuation
        for account in accounts:
            account.valuation = self._valuation

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
        self, events: Iterable[OrderDecision | CreditStateChanged], cause: Cause, facts: Facts | None = None
    ) -> None:
        """Says what was decided; decisions on orders are kept as the order's history, with the facts they rest on."""
        for event in events:
            if isinstance(event, CreditStateChanged):
                self.emit(event, cause=cause, about=str(event.state_version))
                self.append("insert_state_history", state_row(event))
            else:
                self.emit(event, cause=cause)
                self.append("insert_decisions", decision_row(event, facts))

    def moved(self, customer_id: str, on: date, part: str, currency: str, change: Decimal, cause_id: str) -> None:
        """Keeps a dated change of a part of exposure; `part` may say more after a colon."""
        if change:
            name, _, detail = part.partition(":")
            self.append("insert_exposure_movements", (customer_id, on, name, detail, currency, change, cause_id))

    def order_moved(self, order: OpenOrder, before: Decimal, on: date) -> None:
        """Keeps what the order takes of the credit more or less than `before`, with its tax."""
        self.moved(order.customer_id, on, "open_orders", order.currency, order.exposure - before, order.order_id)

    def record(self, step: RequestStep) -> None:
        """Keeps a step of a request's way."""
        self.append("insert_request_steps", astuple(step))
