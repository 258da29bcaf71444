"""Finding accounts and orders for people, valued as an order decision would value them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.store import account_from_row
from services.credit.accounts.valuation_loader import value_accounts
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.order_decisions import RulesInForce
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.policy import CREDIT_RULES, rules_on
from services.credit.work import CreditWork, ReadOnly
from shared.chassis.declare.policies import PolicyVersions
from shared.chassis.errors import NotFound, Unprocessable
from shared.chassis.transaction.policy_book import PolicyBook
from shared.kernel.money import is_exact


async def rule_versions(db: ReadOnly) -> PolicyVersions[CreditRules]:
    return await PolicyBook(db, (CREDIT_RULES,)).of(CREDIT_RULES)


async def rules_today(company_id: str, db: ReadOnly) -> RulesInForce:
    """The rules in force on the company's business day."""
    return rules_on(await rule_versions(db), db.days.of(company_id) or date.min)


async def rules_in_force(company_id: str, uow: CreditWork) -> RulesInForce:
    return rules_on(await uow.policy(CREDIT_RULES), uow.business_date_of(company_id))


async def load_valued_account(customer_id: str, db: ReadOnly, currencies: Collection[str] = ()) -> CreditAccount:
    """One account with its group, as a decision on an order in one of `currencies` would use it. Raises NotFound."""
    rows = await db.fetch("view_account", customer_id)
    if not rows:
        raise no_account(customer_id)
    account = account_from_row(rows[0])
    await value([account], db, currencies)
    return account


async def value(accounts: Sequence[CreditAccount], db: ReadOnly, currencies: Collection[str] = ()) -> None:
    """Connects accounts with their groups, and values them by the rates and rules of their companies' days."""
    versions = await rule_versions(db)
    await value_accounts(accounts, lambda day: versions.on(day).document.exposure, db.days, db, currencies)


async def lock_account(customer_id: str, uow: CreditWork, currencies: Collection[str] = ()) -> CreditAccount:
    """The account, locked together with its group. Raises NotFound."""
    if await uow.fetchrow("view_account", customer_id) is None:
        raise no_account(customer_id)
    return (await uow.lock([customer_id], currencies))[customer_id]


async def lock_order(order_id: str, uow: CreditWork) -> tuple[CreditAccount, OpenOrder]:
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


def check_exact(amount: Decimal, currency: str) -> None:
    """Raises Unprocessable for an amount with more decimal places than its currency has."""
    if not is_exact(amount, currency):
        raise Unprocessable(f"{amount} has more decimal places than {currency} has: round it")


def no_account(customer_id: str) -> NotFound:
    return NotFound(
        f"customer {customer_id!r} has no credit account: it opens when the ERP publishes the customer's master data"
    )


def no_order(order_id: str) -> NotFound:
    return NotFound(f"credit has no order {order_id!r}: orders arrive when invoicing has validated them")
