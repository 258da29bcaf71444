"""Finding accounts and orders for people: valued as a decision would value them, or a sentence why there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.exposure import Valuation
from services.credit.domain.orders import OpenOrder
from services.credit.store import CREDIT_RULES, CreditWork, account_from_row
from services.credit.valuing import add_up_others, group_from_row, pairs_needed, rates_on
from shared.chassis.declare.policies import PolicyBook, PolicyVersion, PolicyVersions
from shared.chassis.http import NotFound, ReadSession, Unprocessable
from shared.kernel.money import is_exact


async def rule_versions(db: ReadSession) -> PolicyVersions[CreditRules]:
    return await PolicyBook(db, (CREDIT_RULES,)).of(CREDIT_RULES)


async def rules_today(db: ReadSession) -> PolicyVersion[CreditRules]:
    return (await rule_versions(db)).on(db.today or date.min)


async def valued_account(customer_id: str, db: ReadSession, currencies: Collection[str] = ()) -> CreditAccount:
    """One account with its group, as a decision on an order in one of `currencies` would see it. Raises NotFound."""
    row = await db.fetchrow("view_account", customer_id)
    if row is None:
        raise no_account(customer_id)
    account = account_from_row(row)
    await value([account], db, currencies)
    return account


async def value(accounts: Sequence[CreditAccount], db: ReadSession, currencies: Collection[str] = ()) -> None:
    """Gives accounts their groups, and the rates of today."""
    group_ids = sorted({account.group_id for account in accounts if account.group_id is not None})
    if group_ids:
        groups = {row["group_id"]: group_from_row(row) for row in await db.fetch("view_groups_of", group_ids)}
        for account in accounts:
            if account.group_id is not None:
                account.group = groups[account.group_id]
                account.group.members[account.customer_id] = account
        await add_up_others(groups.values(), accounts, db)
    rates = await rates_on(db.today or date.max, pairs_needed(accounts, currencies), db)
    valuation = Valuation(db.today or date.min, (await rules_today(db)).document.exposure, rates)
    for account in accounts:
        account.valuation = valuation


async def known_account(customer_id: str, uow: CreditWork, currencies: Collection[str] = ()) -> CreditAccount:
    """The account, locked together with its group. Raises NotFound."""
    if await uow.fetchrow("view_account", customer_id) is None:
        raise no_account(customer_id)
    return (await uow.lock([customer_id], currencies))[customer_id]


async def known_order(order_id: str, uow: CreditWork) -> tuple[CreditAccount, OpenOrder]:
    """The order with its account, both locked. Raises NotFound."""
    owner = await uow.fetchrow("find_order", order_id)
    if owner is None:
        raise no_order(order_id)
    customer_id = owner["customer_id"]
    account = (await uow.lock([customer_id]))[customer_id]
    order = (await uow.orders.load([(customer_id, order_id)]))[customer_id, order_id]
    if order.currency != account.currency:
        await uow.lock([customer_id], [order.currency])
    return account, order


def exact(amount: Decimal, currency: str) -> None:
    """Raises Unprocessable."""
    if not is_exact(amount, currency):
        raise Unprocessable(f"{amount} has more decimal places than {currency} is accounted in: round it")


def no_account(customer_id: str) -> NotFound:
    return NotFound(f"customer {customer_id!r} has no credit account: it opens when the ERP tells of the customer")


def no_order(order_id: str) -> NotFound:
    return NotFound(f"credit knows no order {order_id!r}: it hears of orders once invoicing has validated them")
