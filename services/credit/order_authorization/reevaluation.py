"""Held orders are evaluated again when something changed: a payment, a cancelled order, a lifted hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.group_exposure import CreditGroup
from services.credit.accounts.domain.reasons import account_held
from services.credit.order_authorization.domain import order_decisions
from services.credit.order_authorization.domain.order_decisions import release_fitting_orders, stop
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.policy import CREDIT_RULES
from services.credit.work import CreditWork
from shared.chassis.transaction.command import Command
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.credit import CreditHeld, CreditReleased
from shared.contracts.invoicing import Reason

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Trigger:
    """Why an account's held orders are evaluated again."""

    cause: Cause
    on: date
    description: str
    """In a sentence; it becomes the reason of the releases."""


async def reevaluate_held_orders(uow: CreditWork, triggers: Mapping[str, Trigger]) -> None:
    """Releases held orders that fit now, oldest first, and moves each account to the state it belongs in.

    Room that one member of a group makes in the pooled limit may release another member's order.
    """
    concerned = await _with_group_members(uow, triggers)
    undecided = await uow.undecided_orders(concerned)
    await uow.load_rates_for(order for queue in undecided.values() for order in queue)
    policy = await uow.policy(CREDIT_RULES)
    for together in _clusters(uow, concerned):
        trigger = concerned[together[0]]
        rules = policy.on(trigger.on).document
        held = [
            (uow.accounts[order.customer_id], order)
            for customer_id in together
            for order in undecided[customer_id]
            if order.decision == "held"
        ]
        for event, order in release_fitting_orders(held, rules, trigger.description, trigger.on):
            uow.emit_all([event], cause=concerned[order.customer_id].cause, facts=order.facts)
            uow.record_order_exposure(order, NOTHING, event.decided_on)
        for customer_id in together:
            own = concerned[customer_id]
            uow.emit_all(uow.accounts[customer_id].update_state(policy.on(own.on).document, own.on), cause=own.cause)


async def _with_group_members(uow: CreditWork, triggers: Mapping[str, Trigger]) -> dict[str, Trigger]:
    """Adds the members of the same pooled groups that are loaded, or that have a held order."""
    concerned = dict(triggers)
    pools: dict[str, CreditGroup] = {}
    trigger_of: dict[str, Trigger] = {}
    for customer_id, trigger in triggers.items():
        group = uow.accounts[customer_id].group
        if group is not None and group.pooled_limit is not None:
            pools[group.group_id] = group
            trigger_of.setdefault(group.group_id, trigger)
    if pools:
        await uow.lock_members_with_held_orders(pools)
    for group_id, group in pools.items():
        for member in group.members:
            concerned.setdefault(member, trigger_of[group_id])
    return concerned


def _clusters(uow: CreditWork, customer_ids: Iterable[str]) -> list[list[str]]:
    """Customers by pooled group, each other customer alone; in key order."""
    clusters: dict[tuple[bool, str], list[str]] = {}
    for customer_id in sorted(customer_ids):
        group = uow.accounts[customer_id].group
        pooled = group is not None and group.pooled_limit is not None
        key = (True, group.group_id) if group is not None and pooled else (False, customer_id)
        clusters.setdefault(key, []).append(customer_id)
    return list(clusters.values())


async def reevaluate_after_command(
    account: CreditAccount, command: Command, uow: CreditWork, description: str
) -> list[str]:
    """Releases held orders that fit now. Returns every order that the command released."""
    trigger = Trigger(command, uow.business_date_of(account.company_id), description)
    await reevaluate_held_orders(uow, {account.customer_id: trigger})
    return [event.order_id for event in uow.pending_events if isinstance(event, CreditReleased)]


async def decline_overdue_holds(uow: CreditWork, customer_ids: Iterable[str], on: date, cause: Cause) -> None:
    """Declines orders that have been held for longer than the policy allows."""
    policy = (await uow.policy(CREDIT_RULES)).on(on).document
    if policy.hold_days_max is None:
        return
    for queue in (await uow.undecided_orders(customer_ids)).values():
        held = [order for order in queue if order.decision == "held"]
        uow.emit_all(order_decisions.decline_overdue_holds(held, policy, on), cause=cause)


async def stop_approved_orders(uow: CreditWork, triggers: Mapping[str, Trigger]) -> None:
    """If the policy requires it, a hold of the account also stops orders approved before that are not shipped yet."""
    policy = await uow.policy(CREDIT_RULES)
    stopping = [c for c, trigger in triggers.items() if policy.on(trigger.on).document.account_hold_stops_orders]
    if not stopping:
        return
    for order in await uow.orders.fetch("load_granted_orders", sorted(stopping)):
        trigger = triggers[order.customer_id]
        if order.granted and order.open_amount:
            why = [account_held(reason) for reason in uow.accounts[order.customer_id].holds.values()]
            stop_order(uow, order, why, policy.on(trigger.on).version, trigger)


def stop_order(
    uow: CreditWork, order: OpenOrder, why: Iterable[Reason], policy_version: int, trigger: Trigger
) -> CreditHeld:
    """Holds an order that was approved before, and publishes it."""
    before, account = order.exposure, uow.accounts[order.customer_id]
    held = stop(account, order, why, policy_version, trigger.on)
    uow.emit_all([held], cause=trigger.cause)
    uow.record_order_exposure(order, before, trigger.on)
    return held
