"""The queue of held orders and the history of decisions, as views."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.schemas import AccountView, ExposureView
from services.credit.accounts.store import account_from_row
from services.credit.order_authorization.account_lookup import rule_versions, value
from services.credit.order_authorization.domain.order_decisions import (
    RulesInForce,
    evaluate_order,
    instruction_reasons,
)
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.policy import rules_on
from services.credit.order_authorization.schemas import DecisionView, HeldOrderView
from services.credit.work import ReadOnly


async def view_held_orders(orders: Sequence[OpenOrder], db: ReadOnly) -> list[HeldOrderView]:
    """The orders with their accounts and histories: one query for all accounts, one for all histories."""
    owners = sorted({order.customer_id for order in orders})
    accounts = {a.customer_id: a for a in map(account_from_row, await db.fetch("view_accounts_of", owners))}
    await value(list(accounts.values()), db, {order.currency for order in orders})
    histories = await load_histories(orders, db)
    versions = await rule_versions(db)
    views = []
    for order in orders:
        today = db.days.of(order.company_id)
        rules = rules_on(versions, today or date.min)
        views.append(_view(order, accounts[order.customer_id], histories[order.order_id], rules, today))
    return views


def _view(
    order: OpenOrder, account: CreditAccount, history: list[DecisionView], rules: RulesInForce, today: date | None
) -> HeldOrderView:
    assert order.order_date is not None
    assert order.decided_on is not None
    on = max(order.order_date, today or order.order_date)
    evaluation = evaluate_order(account, order, rules.document, on)
    return HeldOrderView(
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        order_date=order.order_date,
        held_on=order.decided_on,
        days_held=max((on - order.decided_on).days, 0),
        currency=order.currency,
        open_amount=order.open_amount,
        reasons=[*instruction_reasons(account, order), *evaluation.reasons],
        first_signature=order.instructions.signed_by,
        account=AccountView.of(account, rules.document),
        exposure=ExposureView.of(account),
        history=history,
    )


async def load_histories(orders: Sequence[OpenOrder], db: ReadOnly) -> dict[str, list[DecisionView]]:
    """Every decision on these orders, the oldest first, by order id."""
    currency = {(order.customer_id, order.order_id): order.currency for order in orders}
    found: dict[str, list[DecisionView]] = {order.order_id: [] for order in orders}
    if not orders:
        return found
    versions = await rule_versions(db)
    keys = [list(part) for part in zip(*currency, strict=True)]
    for row in await db.fetch("view_decisions_of_orders", *keys):
        values: dict[str, Any] = dict(row)
        customer_id, order_id = values.pop("customer_id"), values.pop("order_id")
        view = DecisionView.of(values, customer_id, currency[customer_id, order_id], versions)
        found[order_id].append(view)
    return found
