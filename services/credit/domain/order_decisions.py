"""What becomes of an order: approved, held, released or declined, and what that does to the account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from services.credit.domain.account import BY_ITSELF, CreditAccount
from services.credit.domain.account_facts import facts_about
from services.credit.domain.account_state import Cause
from services.credit.domain.authorisation import Judgement, judge
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.orders import Decision, OpenOrder
from services.credit.domain.reasons import condition_not_met, held_by_hand
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased, CreditStateChanged
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

Decided = CreditApproved | CreditHeld | CreditStateChanged
"""What authorising an order can lead to."""


def judged(account: CreditAccount, order: OpenOrder, rules: CreditRules, on: date) -> Judgement:
    """What the rules make of the order now; the facts stay with the order, to be written down."""
    order.facts = facts_about(account, order.open_amount, order.currency, on)
    return judge(order.facts, rules)


def authorise(
    account: CreditAccount, order: OpenOrder, rules: CreditRules, policy_version: int, on: date
) -> list[Decided]:
    """Approves the order, or holds it with every reason. A new order at the limit holds the account."""
    judgement = judged(account, order, rules, on)
    facts = decided_about(account, order, policy_version, on)
    if not judgement.passes:
        order.decide("held", on)
        facts["decision_no"] = order.decisions
        return [CreditHeld(**facts, reasons=judgement.reasons[:50]), *account.moved_by(Cause.ORDER_AT_LIMIT, (), on)]
    grant(account, order, "approved", on)
    facts["decision_no"] = order.decisions
    approved = CreditApproved(**facts, valid_until=rules.approved_until(on), remarks=judgement.remarks)
    return [approved, *account.settle_state(rules, on)]


def decided_about(account: CreditAccount, order: OpenOrder, policy_version: int, on: date) -> dict[str, Any]:
    """What an approval and a hold both say of an order that takes nothing of the account's credit yet."""
    exposure, limit = with_order(account, order)
    return {
        "order_id": order.order_id,
        "customer_id": account.customer_id,
        "decided_on": on,
        "currency": order.currency,
        "order_amount": order.open_amount,
        "exposure": exposure,
        "credit_limit": limit,
        "policy_version": policy_version,
        "revision": order.revision,
    }


def check_again(
    account: CreditAccount, order: OpenOrder, rules: CreditRules, policy_version: int, on: date
) -> list[Decided]:
    """Judges an order once more that was let through some time ago, as if it came now."""
    take_back(account, order, "waiting", on)
    return authorise(account, order, rules, policy_version, on)


def release(
    account: CreditAccount,
    order: OpenOrder,
    by: str,
    reason: str,
    on: date,
    *,
    code: str = "other",
    amount: Decimal | None = None,
    valid_until: date | None = None,
) -> CreditReleased:
    """Lets a held order go on, whatever the headroom: who may do that is for the caller to ask.

    With `amount` up to that much of it; the rest counts no more, invoicing cancels it.
    """
    exposure, limit = with_order(account, order)
    whole = order.open_amount
    if amount is not None:
        order.open_amount = min(amount, whole)
    grant(account, order, "released", on)
    return CreditReleased(
        order_id=order.order_id,
        customer_id=account.customer_id,
        decided_on=on,
        currency=order.currency,
        order_amount=whole,
        exposure=exposure,
        credit_limit=limit,
        released_by=by,
        reason=reason,
        reason_code=code,
        released_amount=None if amount is None else order.open_amount,
        decision_no=order.decisions,
        revision=order.revision,
        valid_until=valid_until,
    )


def decline(
    account: CreditAccount, order: OpenOrder, by: str, reason: str, on: date, code: str = "other"
) -> CreditDeclined:
    """The order is not to be delivered on credit."""
    order.decide("declined", on)
    return CreditDeclined(
        order_id=order.order_id,
        customer_id=account.customer_id,
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
    """Holds an order that was let through before; what is on its way to the customer goes on."""
    exposure, limit = account.exposure, account.credit_limit
    if order.currency != account.currency:
        exposure, limit = order.open_amount, Decimal(0)
    take_back(account, order, "held", on)
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


def release_what_fits(
    held: Iterable[tuple[CreditAccount, OpenOrder]], rules: CreditRules, because: str, on: date
) -> Iterator[tuple[CreditReleased, OpenOrder]]:
    """Releases held orders oldest first; where an account has no room for one, its younger ones wait too.

    No order overtakes an older one, so it makes no difference in how many steps room is made. An order that
    something else speaks against (its own currency or amount, a person, a condition) waits and stops nobody.
    What does not fit under a group's pooled limit stops the younger orders of the whole group.
    """
    full: set[str | None] = set()
    for account, order in sorted(held, key=lambda pair: pair[1].age):
        assert order.order_date is not None
        day, said = max(order.order_date, on), order.handling
        if said.condition is not None and said.held_by is None and condition_met(account, order):
            yield _on_condition(account, order, rules, day), order
        if said.held_by is not None or said.condition is not None or full & {account.customer_id, account.group_id}:
            continue
        judgement = judged(account, order, rules, day)
        if judgement.passes:
            until = rules.approved_until(day)
            yield release(account, order, BY_ITSELF, because, day, code="room-made", valid_until=until), order
        elif not judgement.concerns_order_alone:
            over_pool = any(reason.code == "over-group-limit" for reason in judgement.reasons)
            full.add(account.group_id if over_pool else account.customer_id)


def decline_what_waited_too_long(
    account: CreditAccount, held: Iterable[OpenOrder], rules: CreditRules, on: date
) -> list[CreditDeclined]:
    """A hold older than the policy allows ends in a decline, with notice."""
    if rules.hold_days_max is None:
        return []
    words = "Held since {} and not released within {} days: the order is declined, order again once credit is free."
    return [
        decline(account, order, BY_ITSELF, words.format(order.decided_on, rules.hold_days_max), on, "held-too-long")
        for order in sorted(held, key=lambda o: o.age)
        if order.decided_on is not None and (on - order.decided_on).days > rules.hold_days_max
    ]


def money_there(account: CreditAccount, order: OpenOrder) -> Decimal:
    """Money on account (and, for a deposit, deposits) in the order's currency that no other order was released on."""
    there = account.standing.on_account().get(order.currency, Decimal(0))
    if order.handling.condition == "deposit":
        there += sum(
            (
                security.amount
                for security in account.standing.securities()
                if security.kind == "deposit"
                and security.currency == order.currency
                and security.in_force(account.valuation.day)
            ),
            Decimal(0),
        )
    there -= account.standing.reserved_by_currency().get(order.currency, Decimal(0))
    return max(there, round_half_up(Decimal(0), order.currency))


def condition_met(account: CreditAccount, order: OpenOrder) -> bool:
    amount = order.handling.condition_amount
    return amount is not None and money_there(account, order) >= amount


def waits_for_a_person(account: CreditAccount, order: OpenOrder) -> list[Reason]:
    """What people have laid down for a held order, as reasons beside those of the rules."""
    said, found = order.handling, []
    if said.held_by is not None:
        found.append(held_by_hand(said.held_by, said.held_why))
    if said.condition is not None and said.condition_amount is not None:
        there = money_there(account, order)
        found.append(condition_not_met(said.condition, said.condition_amount, there, order.currency))
    return found


def _on_condition(account: CreditAccount, order: OpenOrder, rules: CreditRules, on: date) -> CreditReleased:
    said = order.handling
    account.standing.reserved(order.order_id, order.currency, said.condition_amount)
    words = f"The condition set by {said.condition_by} is met: {said.condition_amount} {order.currency} is there."
    until = rules.approved_until(on)
    return release(account, order, BY_ITSELF, words, on, code=f"{said.condition}-met", valid_until=until)


def grant(account: CreditAccount, order: OpenOrder, decision: Decision, on: date) -> None:
    """Lets the order through: it takes of the account's credit from now on."""
    before = order.exposure, order.exposure_tax
    order.decide(decision, on)
    account.order_moved(before, order)
    account.let_through(_in_account_currency(account, order), order.order_date or on)


def take_back(account: CreditAccount, order: OpenOrder, decision: Decision, on: date) -> None:
    """The opposite, for an order that was let through."""
    before = order.exposure, order.exposure_tax
    order.decide(decision, on)
    account.order_moved(before, order)
    if order.order_date == account.ordered_on:
        account.ordered_amount -= _in_account_currency(account, order)


def _in_account_currency(account: CreditAccount, order: OpenOrder) -> Decimal:
    amount = account.valuation.rates.converted(order.open_amount, order.currency, account.currency)
    return amount if amount is not None else Decimal(0)


def with_order(account: CreditAccount, order: OpenOrder) -> tuple[Decimal, Decimal]:
    """Exposure including the order, and the limit, in the order's currency; without a rate the order, and no limit."""
    if order.currency == account.currency:
        return account.exposure + order.open_amount, account.credit_limit
    rates = account.valuation.rates
    exposure = rates.converted(account.exposure, account.currency, order.currency)
    limit = rates.converted(account.credit_limit, account.currency, order.currency)
    if exposure is None or limit is None:
        return order.open_amount, Decimal(0)
    return exposure + order.open_amount, limit
