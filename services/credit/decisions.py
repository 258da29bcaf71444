"""Decisions taken again because something changed: money came in, an order went, a hold was lifted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.unit_of_work import Cause


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why an account is looked at again: what caused it, on which business day, and in words."""

    cause: Cause
    on: date
    words: str


async def judge_again(uow: CreditWork, occasions: Mapping[str, Occasion]) -> None:
    """Releases held orders that fit now, oldest first, and moves each account to the state it belongs in."""
    undecided = await uow.undecided_orders(occasions)
    policy = await uow.policy(CREDIT_RULES)
    for customer_id in sorted(occasions):
        account, occasion = uow.accounts[customer_id], occasions[customer_id]
        rules = policy.on(occasion.on).document
        held = [order for order in undecided[customer_id] if order.decision == "held"]
        uow.say(account.release_what_fits(held, rules, occasion.words, occasion.on), cause=occasion.cause)
        uow.say(account.settle_state(rules, occasion.on), cause=occasion.cause)
