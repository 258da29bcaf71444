"""What would have to be paid so that an order is approved."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from operator import itemgetter
from typing import Self

from services.credit.accounts.domain.account import CreditAccount
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.evaluation import (
    OrderFacts,
    evaluate,
    excess,
    group_excess,
    tolerance_of,
)
from services.credit.order_authorization.domain.order_rules import Rule
from shared.kernel.money import Money, round_half_up


@dataclass(frozen=True, slots=True)
class Payment:
    """What would have to be paid, oldest item first, in the account's currency."""

    amount: Decimal | None
    """None: no payment is enough."""
    explanation: str


def payment_needed(account: CreditAccount, facts: OrderFacts, rules: CreditRules, on: date) -> Payment:
    """The least payment, clearing at once, after which the order would be approved.

    Money pays the oldest item first. The result can change at few amounts only: one for each limit, share and overdue
    item. The least of them that lets the order pass is the answer.
    """
    if evaluate(facts, rules).passes:
        return Payment(Decimal(0), "No payment is needed: the order would be approved.")
    items = _OpenAmounts.of(account)
    for amount in sorted(_turning_points(facts, rules, items.paid_up_to)):
        if 0 < amount <= items.owed and evaluate(_after_payment(facts, items, amount, on, account), rules).passes:
            text = f"With a payment of {Money(amount, account.currency)} on the oldest items it would be approved."
            return Payment(amount, text)
    left = evaluate(_after_payment(facts, items, items.owed, on, account), rules)
    return Payment(
        None,
        f"No payment of the {Money(items.owed, account.currency)} owed would be enough: "
        + " ".join(reason.text for reason in left.reasons),
    )


@dataclass(frozen=True, slots=True)
class _OpenAmounts:
    """What is owed in the account's currency, the oldest first."""

    by_due_day: list[tuple[date, Decimal]]
    paid_up_to: list[Decimal]
    """The payment that settles each amount and every older one."""

    @classmethod
    def of(cls, account: CreditAccount) -> Self:
        items = sorted(account.profile.due_amounts(account.currency))
        return cls(items, list(accumulate(amount for _, amount in items)))

    @property
    def owed(self) -> Decimal:
        return self.paid_up_to[-1] if self.paid_up_to else Decimal(0)


def _after_payment(
    facts: OrderFacts, items: _OpenAmounts, amount: Decimal, on: date, account: CreditAccount
) -> OrderFacts:
    """The facts as they would be after a payment of `amount` on the oldest items."""
    oldest = bisect_right(items.paid_up_to, amount)
    late = bisect_left(items.by_due_day, on, key=itemgetter(0))
    in_group = facts.group_exposure
    if account.group is not None:
        in_group -= account.valuation.rates.convert(amount, account.currency, account.group.currency) or Decimal(0)
    return replace(
        facts,
        exposure=facts.exposure - amount,
        overdue_amount=items.paid_up_to[late - 1] - amount if oldest < late else Decimal(0),
        days_overdue=(on - items.by_due_day[oldest][0]).days if oldest < late else 0,
        group_exposure=in_group,
    )


def _turning_points(facts: OrderFacts, rules: CreditRules, paid_up_to: list[Decimal]) -> set[Decimal]:
    cent = round_half_up(Decimal(0), facts.currency).as_tuple().exponent
    step = Decimal(1).scaleb(int(cent))
    over = excess(facts, rules)
    points = {over, over - tolerance_of(facts, rules), group_excess(facts)}
    asked = rules.rules_for(facts.customer_id, facts.group_id)
    if any(rule.field == "days_overdue" for rule in asked):
        points.update(paid_up_to)
    for rule in asked:
        points |= {point + extra for point in _points_of(rule, facts) for extra in (Decimal(0), step, -step)}
    return {_up(point, step) for point in points}


def _points_of(rule: Rule, facts: OrderFacts) -> set[Decimal]:
    bounds = [bound for bound in (rule.above, rule.at_least, rule.below, rule.at_most) if bound is not None]
    match rule.field:
        case "overdue_amount":
            return {facts.overdue_amount - bound for bound in bounds}
        case "overdue_percent":
            return {facts.overdue_amount - facts.limit * bound / 100 for bound in bounds}
        case "limit_used_percent":
            return {facts.exposure + (facts.amount or 0) - facts.limit * bound / 100 for bound in bounds}
    return set()


def _up(amount: Decimal, step: Decimal) -> Decimal:
    rounded = amount.quantize(step)
    return rounded if rounded >= amount else rounded + step
