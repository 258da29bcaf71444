"""What is decided on an order: approved, held, released or declined, and what that does to the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from services.credit.accounts.domain.account import SYSTEM_ACTOR, CreditAccount
from services.credit.accounts.domain.account_state import StateCause
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.evaluation import Evaluation, evaluate
from services.credit.order_authorization.domain.order_facts import facts_about
from services.credit.order_authorization.domain.order_instructions import Condition
from services.credit.order_authorization.domain.orders import Decision, OpenOrder
from services.credit.order_authorization.domain.reasons import (
    DecisionCode,
    OrderReason,
    condition_met,
    condition_not_met,
    held_manually,
    held_too_long,
)
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased, CreditStateChanged
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

Decided = CreditApproved | CreditHeld | CreditStateChanged
"""What authorizing an order can lead to."""


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The policy `credit_rules` as it stands on a day."""

    document: CreditRules
    version: int
    on: date


@dataclass(frozen=True, slots=True)
class Release:
    """Who releases an order, why, and how much of it."""

    by: str
    reason: str
    on: date
    code: str = "other"
    amount: Decimal | None = None
    """Up to this amount; the rest of the order is cancelled. None: the whole order."""
    valid_until: date | None = None


def evaluate_order(account: CreditAccount, order: OpenOrder, rules: CreditRules, on: date) -> Evaluation:
    """Evaluates the order now. The facts stay with the order, so that they can be stored with the decision."""
    order.facts = facts_about(account, order.open_amount, order.currency, on)
    return evaluate(order.facts, rules)


def authorize_order(account: CreditAccount, order: OpenOrder, rules: RulesInForce) -> list[Decided]:
    """Approves the order, or holds it with every reason. A new order at the limit holds the account."""
    on = rules.on
    evaluation = evaluate_order(account, order, rules.document, on)
    facts = facts_of_decision(account, order, rules)
    if not evaluation.passes:
        order.decide("held", on)
        facts["decision_no"] = order.decisions
        held = CreditHeld(**facts, reasons=evaluation.reasons[:50])
        return [held, *account.change_state(StateCause.ORDER_AT_LIMIT, (), on)]
    grant(account, order, "approved", on)
    facts["decision_no"] = order.decisions
    approved = CreditApproved(**facts, valid_until=rules.document.approved_until(on), remarks=evaluation.remarks)
    return [approved, *account.update_state(rules.document, on)]


def facts_of_decision(account: CreditAccount, order: OpenOrder, rules: RulesInForce) -> dict[str, Any]:
    """The fields that CreditApproved and CreditHeld share, for an order that takes no credit of the account yet."""
    exposure, limit = with_order(account, order)
    return {
        "order_id": order.order_id,
        "customer_id": account.customer_id,
        "decided_on": rules.on,
        "currency": order.currency,
        "order_amount": order.open_amount,
        "exposure": exposure,
        "credit_limit": limit,
        "policy_version": rules.version,
        "revision": order.revision,
    }


def recheck_order(account: CreditAccount, order: OpenOrder, rules: RulesInForce) -> list[Decided]:
    """Evaluates an order again that was approved some time ago, as if it arrived now."""
    withdraw_approval(account, order, "waiting", rules.on)
    return authorize_order(account, order, rules)


def release(account: CreditAccount, order: OpenOrder, terms: Release) -> CreditReleased:
    """Releases a held order, whatever the headroom. The caller checks who may do that."""
    exposure, limit = with_order(account, order)
    whole = order.open_amount
    if terms.amount is not None:
        order.open_amount = min(terms.amount, whole)
    grant(account, order, "released", terms.on)
    return CreditReleased(
        order_id=order.order_id,
        customer_id=account.customer_id,
        decided_on=terms.on,
        currency=order.currency,
        order_amount=whole,
        exposure=exposure,
        credit_limit=limit,
        released_by=terms.by,
        reason=terms.reason,
        reason_code=terms.code,
        released_amount=None if terms.amount is None else order.open_amount,
        decision_no=order.decisions,
        revision=order.revision,
        valid_until=terms.valid_until,
    )


def decline(order: OpenOrder, by: str, reason: str, on: date, code: str = "other") -> CreditDeclined:
    """The order is not delivered on credit."""
    order.decide("declined", on)
    return CreditDeclined(
        order_id=order.order_id,
        customer_id=order.customer_id,
        decided_on=on,
        currency=order.currency,
        order_amount=order.open_amount,
        declined_by=by,
        reason=reason,
        reason_code=code,
        decision_no=order.decisions,
        revision=order.revision,
    )


def stop(account: CreditAccount, order: OpenOrder, why: Iterable[Reason], policy_version: int, on: date) -> CreditHeld:
    """Holds an order that was approved before. What is on its way to the customer is still delivered."""
    exposure, limit = account.exposure, account.credit_limit
    if order.currency != account.currency:
        exposure, limit = order.open_amount, Decimal(0)
    withdraw_approval(account, order, "held", on)
    return CreditHeld(
        order_id=order.order_id,
        customer_id=account.customer_id,
        decided_on=on,
        currency=order.currency,
        order_amount=order.open_amount,
        exposure=exposure,
        credit_limit=limit,
        policy_version=policy_version,
        reasons=tuple(why),
        decision_no=order.decisions,
        revision=order.revision,
    )


def release_fitting_orders(
    held: Iterable[tuple[CreditAccount, OpenOrder]], rules: CreditRules, reason: str, on: date
) -> Iterator[tuple[CreditReleased, OpenOrder]]:
    """Releases held orders that fit, the oldest first. If an account has no room for one, its younger orders wait too.

    No order overtakes an older one, so the result does not depend on the number of steps in which room is made. An
    order with another reason against it (its own currency or amount, a person, a condition) waits, and stops no other
    order. An order that exceeds a group's pooled limit stops the younger orders of the whole group.
    """
    full: set[str | None] = set()
    for account, order in sorted(held, key=lambda pair: pair[1].age):
        assert order.order_date is not None
        day, given = max(order.order_date, on), order.instructions
        if given.condition is not None and given.held_by is None and _condition_is_met(account, order):
            yield _release_on_condition(account, order, given.condition, rules, day), order
        if given.held_by is not None or given.condition is not None or full & {account.customer_id, account.group_id}:
            continue
        evaluation = evaluate_order(account, order, rules, day)
        if evaluation.passes:
            until = rules.approved_until(day)
            terms = Release(SYSTEM_ACTOR, reason, day, code=DecisionCode.ROOM_MADE, valid_until=until)
            yield release(account, order, terms), order
        elif not evaluation.concerns_order_alone:
            over_pool = any(reason.code == OrderReason.OVER_GROUP_LIMIT for reason in evaluation.reasons)
            full.add(account.group_id if over_pool else account.customer_id)


def decline_overdue_holds(held: Iterable[OpenOrder], rules: CreditRules, on: date) -> list[CreditDeclined]:
    """Declines orders that have been held for longer than the policy allows."""
    days_max = rules.hold_days_max
    if days_max is None:
        return []
    return [
        decline(order, SYSTEM_ACTOR, held_too_long(order.decided_on, days_max), on, DecisionCode.HELD_TOO_LONG)
        for order in sorted(held, key=lambda o: o.age)
        if order.decided_on is not None and (on - order.decided_on).days > days_max
    ]


def money_received(account: CreditAccount, order: OpenOrder) -> Decimal:
    """Money on account (and deposits, for the condition `deposit`) in the order's currency that no order reserves."""
    received = account.profile.on_account().get(order.currency, Decimal(0))
    if order.instructions.condition == "deposit":
        received += sum(
            (
                collateral.amount
                for collateral in account.profile.collateral()
                if collateral.kind == "deposit"
                and collateral.currency == order.currency
                and collateral.in_force(account.valuation.day)
            ),
            Decimal(0),
        )
    received -= account.profile.reserved_by_currency().get(order.currency, Decimal(0))
    return max(received, round_half_up(Decimal(0), order.currency))


def _condition_is_met(account: CreditAccount, order: OpenOrder) -> bool:
    amount = order.instructions.condition_amount
    return amount is not None and money_received(account, order) >= amount


def instruction_reasons(account: CreditAccount, order: OpenOrder) -> list[Reason]:
    """What people have laid down for a held order, as reasons in addition to those of the rules."""
    given, found = order.instructions, []
    if given.held_by is not None:
        found.append(held_manually(given.held_by, given.held_why))
    if given.condition is not None and given.condition_amount is not None:
        received = money_received(account, order)
        found.append(condition_not_met(given.condition, given.condition_amount, received, order.currency))
    return found


def _release_on_condition(
    account: CreditAccount, order: OpenOrder, condition: Condition, rules: CreditRules, on: date
) -> CreditReleased:
    given = order.instructions
    assert given.condition_amount is not None
    account.profile.reserve(order.order_id, order.currency, given.condition_amount)
    code, text = condition_met(condition, given.condition_amount, given.condition_by, order.currency)
    terms = Release(SYSTEM_ACTOR, text, on, code=code, valid_until=rules.approved_until(on))
    return release(account, order, terms)


def grant(account: CreditAccount, order: OpenOrder, decision: Decision, on: date) -> None:
    """Approves or releases the order: from now on it takes credit of the account."""
    before = order.exposure, order.exposure_tax
    order.decide(decision, on)
    account.order_moved(before, order)
    account.record_approved_amount(_in_account_currency(account, order), order.order_date or on)


def withdraw_approval(account: CreditAccount, order: OpenOrder, decision: Decision, on: date) -> None:
    """The opposite, for an order that was approved or released."""
    before = order.exposure, order.exposure_tax
    order.decide(decision, on)
    account.order_moved(before, order)
    if order.order_date == account.ordered_on:
        account.ordered_amount -= _in_account_currency(account, order)


def _in_account_currency(account: CreditAccount, order: OpenOrder) -> Decimal:
    amount = account.valuation.rates.convert(order.open_amount, order.currency, account.currency)
    return amount if amount is not None else Decimal(0)


def with_order(account: CreditAccount, order: OpenOrder) -> tuple[Decimal, Decimal]:
    """Exposure with the order, and the limit, in the order's currency. Without a rate: the order, and no limit."""
    if order.currency == account.currency:
        return account.exposure + order.open_amount, account.credit_limit
    rates = account.valuation.rates
    exposure = rates.convert(account.exposure, account.currency, order.currency)
    limit = rates.convert(account.credit_limit, account.currency, order.currency)
    if exposure is None or limit is None:
        return order.open_amount, Decimal(0)
    return exposure + order.open_amount, limit
