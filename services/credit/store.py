"""How credit keeps its accounts, and what it reads and writes of them set-based.

Whoever changes anything of a customer first locks the customer's account (`CreditWork.lock`); the
lock guards the items, orders and holds beside it, also those that have no row yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import asyncpg

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.holds import Hold
from services.credit.domain.open_items import OpenItem
from services.credit.domain.orders import OpenOrder
from services.credit.history import OrderDecision, decision_row
from shared.chassis.policies import PolicyKind
from shared.chassis.unit_of_work import Cause, Table, UnitOfWork
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
        holds=json.loads(row["holds"]),
    )
    if account.known:
        account.credit_limit = round_half_up(row["credit_limit"], currency)
        account.open_items_total = round_half_up(row["open_items_total"], currency)
        account.open_orders_total = round_half_up(row["open_orders_total"], currency)
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
        json.dumps(account.holds),
    )


def item_from_row(row: asyncpg.Record) -> OpenItem:
    return OpenItem(
        customer_id=row["customer_id"],
        item_id=row["item_id"],
        currency=row["currency"],
        open_amount=round_half_up(row["open_amount"], row["currency"]),
        item_version=row["item_version"],
    )


def item_to_row(item: OpenItem) -> tuple[Any, ...]:
    return (item.customer_id, item.item_id, item.currency, item.open_amount, item.item_version)


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
    )


def hold_from_row(row: asyncpg.Record) -> Hold:
    return Hold(**row)


def hold_to_row(hold: Hold) -> tuple[Any, ...]:
    return (
        hold.customer_id,
        hold.hold_id,
        hold.requested_on,
        hold.reason,
        hold.lifted_on,
        hold.lifted_by,
        hold.lift_reason,
    )


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
    to_row=hold_to_row,
)


class CreditWork(UnitOfWork):
    """One batch's or request's work on credit accounts."""

    def prepare(self) -> None:
        self.accounts = self.aggregates(ACCOUNTS)
        self.items = self.aggregates(ITEMS)
        self.orders = self.aggregates(ORDERS)
        self.holds = self.aggregates(HOLDS)

    async def lock(self, customer_ids: Iterable[str]) -> dict[str, CreditAccount]:
        """The accounts of these customers, locked; one not heard of yet is opened, to be known later."""
        wanted = set(customer_ids)
        accounts = await self.accounts.load(wanted)
        unheard = sorted(wanted - accounts.keys())
        if unheard:
            await self.execute("open_accounts", unheard)
            opened = await self.accounts.fetch("load_accounts", unheard)
            accounts |= {account.customer_id: account for account in opened}
        return accounts

    async def undecided_orders(self, customer_ids: Iterable[str]) -> dict[str, list[OpenOrder]]:
        """Orders of these customers that wait or are held, oldest first, as this unit of work knows them."""
        orders: dict[str, list[OpenOrder]] = {customer_id: [] for customer_id in customer_ids}
        for order in await self.orders.fetch("load_undecided_orders", sorted(orders)):
            orders[order.customer_id].append(order)
        for queue in orders.values():
            queue.sort(key=lambda order: order.age)
        return orders

    def say(self, events: Iterable[OrderDecision | CreditStateChanged], cause: Cause) -> None:
        """Says what was decided; decisions on orders are kept as the order's history as well."""
        for event in events:
            if isinstance(event, CreditStateChanged):
                self.emit(event, cause=cause, about=str(event.state_version))
            else:
                self.emit(event, cause=cause)
                self.append("insert_decisions", decision_row(event))
