"""Would an order pass, and if not, what would have to be paid?"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from operator import itemgetter
from typing import TYPE_CHECKING

from services.credit.domain.authorisation import Facts, excess, group_excess, judge, tolerance_of
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.order_rules import Rule
from shared.kernel.money import round_half_up

if TYPE_CHECKING:
    from services.credit.domain.account import CreditAccount


@dataclass(frozen=True, slots=True)
class Payment:
    """What would have to be paid, oldest item first, in the account's currency; None: money alone does not help."""

    amount: Decimal | None
    words: str


def payment_needed(account: CreditAccount, facts: Facts, rules: CreditRules, on: date) -> Payment:
    """The least payment, that clears at once, after which the order would pass.

    Money pays the oldest item first. The amounts at which an answer can change are few: one for each limit, share
    and overdue item; the least that lets the order pass is the answer.
    """
    if judge(facts, rules).passes:
        return Payment(Decimal(0), "Nothing: it would pass.")
    items = sorted(account.standing.due(account.currency))
    paid_up_to = list(accumulate(amount for _, amount in items))
    owed = paid_up_to[-1] if items else Decimal(0)
    for amount in sorted(_turning_points(facts, rules, paid_up_to)):
        if 0 < amount <= owed and judge(_after_payment(facts, items, paid_up_to, amount, on, account), rules).passes:
            return Payment(amount, f"{amount:,} {account.currency} on the oldest items would let it pass.")
    left = judge(_after_payment(facts, items, paid_up_to, owed, on, account), rules)
    return Payment(
        None,
        f"No payment of the {owed:,} {account.currency} owed would let it pass: "
        + " ".join(reason.text for reason in left.reasons),
    )


def _after_payment(
    facts: Facts,
    items: list[tuple[date, Decimal]],
    paid_up_to: list[Decimal],
    amount: Decimal,
    on: date,
    account: CreditAccount,
) -> Facts:
    """The facts as they would be once `amount` had settled the oldest items; what settles each and all before it."""
    oldest, late = bisect_right(paid_up_to, amount), bisect_left(items, on, key=itemgetter(0))
    in_group = facts.group_exposure
    if account.group is not None:
        in_group -= account.valuation.rates.converted(amount, account.currency, account.group.currency) or Decimal(0)
    return replace(
        facts,
        exposure=facts.exposure - amount,
        overdue_amount=paid_up_to[late - 1] - amount if oldest < late else Decimal(0),
        days_overdue=(on - items[oldest][0]).days if oldest < late else 0,
        group_exposure=in_group,
    )


def _turning_points(facts: Facts, rules: CreditRules, paid_up_to: list[Decimal]) -> set[Decimal]:
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


def _points_of(rule: Rule, facts: Facts) -> set[Decimal]:
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
