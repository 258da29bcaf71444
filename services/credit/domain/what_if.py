"""Would an order pass, and if not, what would have to be paid?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from services.credit.domain.authorisation import Facts, Judgement, excess, group_excess, judge, tolerance_of
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
    owed = sum((amount for _, amount in items), Decimal(0))
    for amount in sorted(_turning_points(facts, rules, items, on)):
        if 0 < amount <= owed and after_payment(facts, items, amount, on, account).passes_under(rules):
            return Payment(amount, f"{amount:,} {account.currency} on the oldest items would let it pass.")
    left = after_payment(facts, items, owed, on, account).judged(rules)
    return Payment(
        None,
        f"No payment of the {owed:,} {account.currency} owed would let it pass: "
        + " ".join(reason.text for reason in left.reasons),
    )


@dataclass(frozen=True, slots=True)
class _Paid:
    facts: Facts

    def judged(self, rules: CreditRules) -> Judgement:
        return judge(self.facts, rules)

    def passes_under(self, rules: CreditRules) -> bool:
        return self.judged(rules).passes


def after_payment(
    facts: Facts, items: list[tuple[date, Decimal]], amount: Decimal, on: date, account: CreditAccount
) -> _Paid:
    """The facts as they would be once `amount` had settled the oldest items."""
    left, overdue, oldest = amount, Decimal(0), on
    for due, open_amount in items:
        settled = min(left, open_amount)
        left -= settled
        if settled < open_amount and due < on:
            overdue += open_amount - settled
            oldest = min(oldest, due)
    in_group = facts.group_exposure
    if account.group is not None:
        in_group -= account.valuation.rates.converted(amount, account.currency, account.group.currency) or Decimal(0)
    changed = {name: getattr(facts, name) for name in Facts.__slots__}
    return _Paid(
        Facts(
            **{
                **changed,
                "exposure": facts.exposure - amount,
                "overdue_amount": overdue,
                "days_overdue": (on - oldest).days,
                "group_exposure": in_group,
            }
        )
    )


def _turning_points(facts: Facts, rules: CreditRules, items: list[tuple[date, Decimal]], on: date) -> set[Decimal]:
    cent = round_half_up(Decimal(0), facts.currency).as_tuple().exponent
    step = Decimal(1).scaleb(int(cent))
    over = excess(facts, rules)
    points = {over, over - tolerance_of(facts, rules), group_excess(facts)}
    paid = Decimal(0)
    for _, amount in items:
        paid += amount
        points.add(paid)
    for rule in rules.rules_for(facts.customer_id, facts.group_id):
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
