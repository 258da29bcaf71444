"""Decisions taken again because something changed: money came in, an order went, a hold was lifted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.credit.domain.amendments import amend
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.groups import CreditGroup
from services.credit.domain.order_decisions import decline_what_waited_too_long, release_what_fits, stop
from services.credit.domain.orders import OpenOrder
from services.credit.domain.reasons import account_held
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.declare.policies import PolicyVersions
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.credit import CreditHeld
from shared.contracts.invoicing import OrderValidated, Reason

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why an account is looked at again: what caused it, on which business day, and in words."""

    cause: Cause
    on: date
    words: str


async def judge_again(uow: CreditWork, occasions: Mapping[str, Occasion]) -> None:
    """Releases held orders that fit now, oldest first, and moves each account to the state it belongs in.

    Room that one member of a group makes in the pooled limit may be another's.
    """
    concerned = await _with_siblings(uow, occasions)
    undecided = await uow.undecided_orders(concerned)
    await uow.have_rates_for(order for queue in undecided.values() for order in queue)
    policy = await uow.policy(CREDIT_RULES)
    for together in _clusters(uow, concerned):
        occasion = concerned[together[0]]
        rules = policy.on(occasion.on).document
        held = [
            (uow.accounts[order.customer_id], order)
            for customer_id in together
            for order in undecided[customer_id]
            if order.decision == "held"
        ]
        for event, order in release_what_fits(held, rules, occasion.words, occasion.on):
            uow.emit_all([event], cause=concerned[order.customer_id].cause, facts=order.facts)
            uow.order_moved(order, NOTHING, event.decided_on)
        for customer_id in together:
            own = concerned[customer_id]
            uow.emit_all(uow.accounts[customer_id].settle_state(policy.on(own.on).document, own.on), cause=own.cause)


async def _with_siblings(uow: CreditWork, occasions: Mapping[str, Occasion]) -> dict[str, Occasion]:
    """With the members of the same pools that are at hand, or of whom an order is held."""
    concerned = dict(occasions)
    pools: dict[str, CreditGroup] = {}
    occasion_of: dict[str, Occasion] = {}
    for customer_id, occasion in occasions.items():
        group = uow.accounts[customer_id].group
        if group is not None and group.pooled_limit is not None:
            pools[group.group_id] = group
            occasion_of.setdefault(group.group_id, occasion)
    if pools:
        await uow.lock_members_with_held_orders(pools)
    for group_id, group in pools.items():
        for sibling in group.members:
            concerned.setdefault(sibling, occasion_of[group_id])
    return concerned


def _clusters(uow: CreditWork, customer_ids: Iterable[str]) -> list[list[str]]:
    """Customers by pool, those of no pool alone; in key order."""
    clusters: dict[str, list[str]] = {}
    for customer_id in sorted(customer_ids):
        group = uow.accounts[customer_id].group
        pooled = group is not None and group.pooled_limit is not None
        clusters.setdefault(f"group {group.group_id}" if group is not None and pooled else customer_id, []).append(
            customer_id
        )
    return list(clusters.values())


async def decline_old_holds(uow: CreditWork, customer_ids: Iterable[str], on: date, cause: Cause) -> None:
    """Orders held for longer than the policy allows are declined, with notice."""
    policy = (await uow.policy(CREDIT_RULES)).on(on).document
    if policy.hold_days_max is None:
        return
    for customer_id, queue in (await uow.undecided_orders(customer_ids)).items():
        held = [order for order in queue if order.decision == "held"]
        uow.emit_all(decline_what_waited_too_long(uow.accounts[customer_id], held, policy, on), cause=cause)


async def stop_orders(uow: CreditWork, occasions: Mapping[str, Occasion]) -> None:
    """Where the policy says so, a hold of the account stops what was let through before and is not on its way."""
    policy = await uow.policy(CREDIT_RULES)
    stopping = [c for c, occasion in occasions.items() if policy.on(occasion.on).document.account_hold_stops_orders]
    if not stopping:
        return
    for order in await uow.orders.fetch("load_granted_orders", sorted(stopping)):
        occasion = occasions[order.customer_id]
        if order.granted and order.open_amount:
            why = [account_held(reason) for reason in uow.accounts[order.customer_id].holds.values()]
            stop_order(uow, order, why, policy.on(occasion.on).version, occasion)


def stop_order(
    uow: CreditWork, order: OpenOrder, why: Iterable[Reason], policy_version: int, occasion: Occasion
) -> CreditHeld:
    """Holds an order that was let through before, and says so."""
    before, account = order.exposure, uow.accounts[order.customer_id]
    held = stop(account, order, why, policy_version, occasion.on)
    uow.emit_all([held], cause=occasion.cause)
    uow.order_moved(order, before, occasion.on)
    return held


def follow_amendment(
    revised: OrderValidated, order: OpenOrder, policy: PolicyVersions[CreditRules], uow: CreditWork
) -> Occasion:
    """Decides on a later revision of an order, and says so; what it no longer takes may be another order's."""
    on, before = revised.amended_on or revised.order_date, order.exposure
    rules = policy.on(on)
    decided = amend(uow.accounts[revised.customer_id], order, revised, rules.document, rules.version)
    uow.emit_all(decided, cause=revised, facts=order.facts)
    uow.order_moved(order, before, on)
    return Occasion(revised, on, "Another order was amended and made room.")
