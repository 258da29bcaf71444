"""Events on orders, and every event that may make room for held orders."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_profile import NEVER_DUE
from services.credit.accounts.domain.open_items import OpenItem
from services.credit.order_authorization.domain import reasons
from services.credit.order_authorization.domain.amendments import amend
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.order_decisions import authorize_order, recheck_order
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.policy import CREDIT_RULES, rules_on
from services.credit.order_authorization.reevaluation import NOTHING, Trigger, reevaluate_held_orders
from services.credit.work import CreditWork
from shared.chassis.declare.policies import PolicyVersions
from shared.contracts.cash_app import OnAccountChanged, OpenItemChanged
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import CreditCheckRequested, OpenOrderChanged, OrderValidated


async def evaluate_waiting_orders(customers: list[CustomerChanged], uow: CreditWork) -> None:
    """Orders that waited for the customer's master data are authorized; a higher limit may release held orders."""
    accounts = await uow.lock(customer.customer_id for customer in customers)
    last = {customer.customer_id: customer for customer in customers}
    policy = await uow.policy(CREDIT_RULES)
    undecided = await uow.undecided_orders(accounts)
    await uow.load_rates_for(order for queue in undecided.values() for order in queue)
    for customer_id in sorted(accounts):
        for order in undecided[customer_id]:
            if order.order_date is not None and order.awaits_decision:
                on = max(order.order_date, uow.days.of(order.company_id) or order.order_date)
                decided = authorize_order(accounts[customer_id], order, rules_on(policy, on))
                uow.emit_all(decided, cause=last[customer_id], facts=order.facts)
                uow.record_order_exposure(order, NOTHING, on)
    why = reasons.ROOM_AFTER_LIMIT_CHANGED_IN_ERP
    triggers = {
        customer_id: Trigger(last[customer_id], uow.business_date_of(account.company_id), why)
        for customer_id, account in accounts.items()
    }
    await reevaluate_held_orders(uow, triggers)


async def authorize_orders(validated: list[OrderValidated], uow: CreditWork) -> None:
    """An order within the customer's credit is approved, any other is held with every reason.

    A later revision is evaluated if it asks for more than was approved; if it asks for less it makes room.
    """
    accounts = await uow.lock({order.customer_id for order in validated}, {order.currency for order in validated})
    await uow.orders.load((order.customer_id, order.order_id) for order in validated)
    policy = await uow.policy(CREDIT_RULES)
    amended: dict[str, Trigger] = {}
    for event in validated:
        account, order = accounts[event.customer_id], _order_of(event, uow)
        if order.is_amended_by(event):
            amended[event.customer_id] = _authorize_amendment(event, order, policy, uow)
            continue
        order.validated(event)
        if account.has_master_data and order.awaits_decision:
            decided = authorize_order(account, order, rules_on(policy, event.order_date))
            uow.emit_all(decided, cause=event, facts=order.facts)
            uow.record_order_exposure(order, NOTHING, event.order_date)
    if amended:
        await reevaluate_held_orders(uow, amended)


def _authorize_amendment(
    revised: OrderValidated, order: OpenOrder, policy: PolicyVersions[CreditRules], uow: CreditWork
) -> Trigger:
    """Decides on a later revision of an order; what it no longer takes may release another order."""
    on, before = revised.amended_on or revised.order_date, order.exposure
    decided = amend(uow.accounts[revised.customer_id], order, revised, rules_on(policy, on))
    uow.emit_all(decided, cause=revised, facts=order.facts)
    uow.record_order_exposure(order, before, on)
    return Trigger(revised, on, reasons.ROOM_AFTER_AMENDMENT)


async def recheck_orders(asked: list[CreditCheckRequested], uow: CreditWork) -> None:
    """An order approved some time ago is evaluated again, before more stock is allocated to it."""
    accounts = await uow.lock({event.customer_id for event in asked}, {event.currency for event in asked})
    orders = await uow.orders.load((event.customer_id, event.order_id) for event in asked)
    policy = await uow.policy(CREDIT_RULES)
    for event in asked:
        order = orders.get((event.customer_id, event.order_id))
        if order is not None and order.granted and order.open_amount:
            before, on = order.exposure, event.business_date
            decided = recheck_order(accounts[event.customer_id], order, rules_on(policy, on))
            uow.emit_all(decided, cause=event, facts=order.facts)
            uow.record_order_exposure(order, before, on)


async def update_open_orders(changes: list[OpenOrderChanged], uow: CreditWork) -> None:
    """What was cancelled frees credit; what was invoiced moves from the order to the open item."""
    accounts = await uow.lock(change.customer_id for change in changes)
    await uow.orders.load((change.customer_id, change.order_id) for change in changes)
    await uow.items.load((change.customer_id, item_id) for change in changes for item_id, _ in _invoiced_items(change))
    for change in changes:
        account = accounts[change.customer_id]
        order = _order_of(change, uow)
        before = order.exposure, order.exposure_tax
        order.changed(change)
        account.order_moved(before, order)
        uow.record_order_exposure(order, before[0], change.business_date)
        for item_id, amount in _invoiced_items(change):
            _add_invoiced_item(change, item_id, amount, account, uow=uow)
    await reevaluate_held_orders(uow, _triggers(changes, reasons.ROOM_AFTER_OTHER_ORDER))


async def reevaluate_after_item_changes(changes: list[OpenItemChanged], uow: CreditWork) -> None:
    """A payment makes room for held orders."""
    await reevaluate_held_orders(uow, _triggers(changes, reasons.ROOM_AFTER_PAYMENT))


async def reevaluate_after_on_account_changes(changes: list[OnAccountChanged], uow: CreditWork) -> None:
    """Money on account makes room for held orders."""
    await reevaluate_held_orders(uow, _triggers(changes, reasons.ROOM_AFTER_MONEY_ON_ACCOUNT))


def _order_of(event: OrderValidated | OpenOrderChanged, uow: CreditWork) -> OpenOrder:
    """The order of an event; a new one is added."""
    known = uow.orders.get((event.customer_id, event.order_id))
    return known or uow.orders.put(OpenOrder(event.customer_id, event.order_id, event.company_id, event.currency))


def _invoiced_items(change: OpenOrderChanged) -> list[tuple[str, Decimal]]:
    """The items that the invoice becomes, with their amounts: one, or one of each instalment."""
    if change.invoice_id is None:
        return []
    parts = [(part.item_id, part.amount) for part in change.instalments]
    return parts or [(change.invoice_id, change.invoiced_amount)]


def _add_invoiced_item(
    change: OpenOrderChanged, item_id: str, amount: Decimal, account: CreditAccount, *, uow: CreditWork
) -> None:
    """What was invoiced counts as an item at once, before cash_app has reported it."""
    item = uow.items.get((change.customer_id, item_id))
    if item is not None:
        item.order_id = change.order_id
        return
    item = uow.items.put(OpenItem.invoiced(change.customer_id, item_id, change.currency, amount, change.order_id))
    account.item_moved((NEVER_DUE, NOTHING), item)


def _triggers(
    changes: Sequence[OpenOrderChanged | OpenItemChanged | OnAccountChanged], description: str
) -> dict[str, Trigger]:
    """Each customer's last change triggers the evaluation."""
    in_time = sorted(changes, key=lambda change: (change.business_date, change.business_order))
    return {change.customer_id: Trigger(change, change.business_date, description) for change in in_time}
