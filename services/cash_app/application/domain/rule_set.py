"""The rules of a rule set: each takes the open items and an amount, and returns lines or no result.

Balances count items as the rule set requires: with earned discounts taken or not, disputed items in or out. The rules
are those of Oracle's AutoCash rule sets (match one invoice, clear the account, clear past due, past due by terms,
oldest first), of Microsoft Dynamics' settlement priority (by kind of item), and the usual others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.application_rules import CustomerRules, MatchRule
from services.cash_app.application.domain.exact_sum import CHANCE_MAX, unique_sum
from services.cash_app.application.domain.item_pool import ItemPool
from services.cash_app.application.domain.settlement import SettledLine
from services.cash_app.application.domain.tolerance import within
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from shared.kernel.money import Money, minor_units

ITEMS_LOOKED_AT_MAX: Final = 2_000
"""Of an account with more open items, rules that must read all of them give no result."""
CREDITS_MAX: Final = 20
"""With more money on account, none of it is combined with a payment."""
SUMMED_ITEMS_MAX: Final = 200
"""For more open items, no sum is searched."""
_TWINS_SHOWN_MAX: Final = 5
_ROUND_UNITS: Final = 10_000
"""Of the currency's smallest unit, e.g. 100.00 USD: one sum of documents in as many is a multiple by chance."""


class Decision(NamedTuple):
    """The rule that decides, why, how sure it is (0 to 100), and what else it could have been."""

    rule: MatchRule
    why: str
    score: int
    alternatives: str = ""


@dataclass(frozen=True, slots=True)
class MatchCase:
    """An amount without a remittance, in the currency of the pool's items. `day` counts for discounts."""

    payment: Payment
    amount: Decimal
    pool: ItemPool
    rules: CustomerRules
    day: date
    credit: Sequence[Payment] = ()
    """The customer's money on account in the same company and currency, the oldest first."""

    def net(self, item: OpenItem) -> Decimal:
        return discount.net_amount(item, self.day)

    def pay(
        self,
        item: OpenItem,
        money: Decimal,
        decision: Decision,
        *,
        tolerant: bool = True,
    ) -> SettledLine:
        """As much of the item as the money covers, with the discount that then closes it, or the tolerance."""
        why = decision.why
        cash = min(money, item.open_amount)
        earned = discount.earned_by_short_payment(item, cash, self.day)
        if not earned and self.rules.discount.part_payments == "in_proportion":
            earned = discount.share_of_part_payment(item, cash, self.day)
        missing = item.open_amount - cash - earned
        written_off = missing if tolerant and within(missing, item, self.rules.tolerance) else discount.NONE
        if earned:
            why = f"{why}; paid by {item.discount_date}, so {Money(earned, item.currency)} discount is granted"
        if written_off:
            why = f"{why}; {Money(written_off, item.currency)} is missing and written off as a small difference"
        return SettledLine(
            item,
            cash,
            earned,
            decision.rule,
            why,
            tolerance=written_off,
            score=decision.score,
            alternatives=decision.alternatives,
        )


Rule = Callable[[MatchCase], list[SettledLine] | None]


def exact_with_credit(case: MatchCase) -> list[SettledLine] | None:
    """The amount and the customer's credit on account, one of it or all, are exactly what is open on one item.

    Only where the amount alone closes no item, and no other item and credit fit as well.
    """
    pool, amount = case.pool, case.amount
    if not case.credit or len(case.credit) > CREDITS_MAX or pool.with_open_amount(amount):
        return None
    if pool.with_net_amount(amount, case.day):
        return None
    choices = [[one] for one in case.credit] + ([list(case.credit)] if len(case.credit) > 1 else [])
    found = [
        (credit, item)
        for credit in choices
        for item in pool.closed_by(amount + _sum_of(credit), case.day, _TWINS_SHOWN_MAX)
    ]
    if len(found) != 1:
        return None
    credit, item = found[0]
    ids = ", ".join(one.document_number or one.payment_id for one in credit)
    why = f"the amount and the credit on account ({ids}) are exactly what is open on {item.document_number}"
    lines = [
        SettledLine(item, one.unapplied_amount, discount.NONE, "exact_with_credit", why, score=90, paid_by=one)
        for one in credit
    ]
    earned = item.open_amount - amount - _sum_of(credit)
    if earned:
        why = f"{why}; paid by {item.discount_date}, so {earned} {item.currency} discount is granted"
    return [*lines, SettledLine(item, amount, earned, "exact_with_credit", why, score=90)]


def _sum_of(credit: Sequence[Payment]) -> Decimal:
    return sum((one.unapplied_amount for one in credit), Decimal(0))


def single_open_item(case: MatchCase) -> list[SettledLine] | None:
    """The customer owes one item only, so the money is for it."""
    item = case.pool.single()
    if item is None or (case.rules.rule_set.partial == "never" and case.amount < case.net(item)):
        return None
    decision = Decision("single_open_item", f"{item.document_number} is the only open item", 90)
    return [case.pay(item, case.amount, decision)]


def exact_amount(case: MatchCase) -> list[SettledLine] | None:
    """Match one invoice: the amount is exactly what is open on an item, or that less its discount or the tolerance."""
    pool, amount = case.pool, case.amount
    item = pool.with_open_amount(amount)
    words = "the amount is exactly what is open on {}"
    if item is None:
        item = pool.with_net_amount(amount, case.day)
        words = "the amount is exactly what is open on {} less its discount"
    if item is None:
        item, words = _nearly(case), "the amount is what is open on {} but for a small difference"
    if item is None:
        return None
    twins = [twin.document_number for twin in pool.closed_by(amount, case.day, _TWINS_SHOWN_MAX) if twin is not item]
    if twins and case.rules.rule_set.of_equal_amounts == "none":
        return None
    others = f"the same amount closes {', '.join(twins)}; the oldest is taken" if twins else ""
    decision = Decision("exact_amount", words.format(item.document_number), 80 if twins else 95, others)
    return [case.pay(item, amount, decision)]


def _nearly(case: MatchCase) -> OpenItem | None:
    """The only item that the amount closes but for a tolerated difference, where that can hardly be by chance."""
    limit, pool = case.rules.tolerance.amount, case.pool
    if not limit or pool.open_count > ITEMS_LOOKED_AT_MAX or 2 * pool.open_count * limit * CHANCE_MAX > pool.open_total:
        return None
    near = [
        item
        for item in case.pool.oldest_first()
        if within(item.open_amount - case.amount, item, case.rules.tolerance)
        or within(case.net(item) - case.amount, item, case.rules.tolerance)
    ]
    return near[0] if len(near) == 1 else None


def clear_account(case: MatchCase) -> list[SettledLine] | None:
    """The amount is the balance of the account."""
    # No discount is more than half, so most payments do not need all the items.
    if not case.pool.open_total / 2 <= case.amount <= case.pool.open_total:
        return None
    if case.pool.open_count > ITEMS_LOOKED_AT_MAX:
        return None
    return _balance(
        case, list(case.pool.oldest_first()), Decision("clear_account", "the amount clears the account", 90)
    )


def clear_past_due(case: MatchCase) -> list[SettledLine] | None:
    """The amount is all that is past due on the value date."""
    items = _past_due(case)
    decision = Decision("clear_past_due", "the amount is exactly what is past due", 90)
    return _balance(case, items, decision) if items else None


def past_due_by_terms(case: MatchCase) -> list[SettledLine] | None:
    """The amount is all that is past due under one of the customer's payment terms, and under no other."""
    by_terms: defaultdict[str, list[OpenItem]] = defaultdict(list)
    for item in _past_due(case, ITEMS_LOOKED_AT_MAX) or ():
        by_terms[item.terms].append(item)
    results = []
    for terms, items in sorted(by_terms.items()):
        why = f"the amount is exactly what is past due under terms {terms or 'unknown'}"
        lines = _balance(case, items, Decision("past_due_by_terms", why, 90))
        results += [lines] if lines else []
    return results[0] if len(results) == 1 else None


def statement_balance(case: MatchCase) -> list[SettledLine] | None:
    """The amount is the balance of the customer's last statement: all items dated up to the end of the month before."""
    if case.pool.open_count > ITEMS_LOOKED_AT_MAX:
        return None
    end = case.payment.value_date.replace(day=1) - timedelta(days=1)
    items = [item for item in case.pool.oldest_first() if item.document_date <= end]
    return _balance(case, items, Decision("statement_balance", f"the amount is the statement's balance of {end}", 90))


def exact_sum(case: MatchCase) -> list[SettledLine] | None:
    """The amount is exactly the sum of some items, with all discounts taken or none, and of no others."""
    if not 2 <= case.pool.open_count <= SUMMED_ITEMS_MAX:
        return None
    items = list(case.pool.oldest_first())
    gross, currency = [item.open_amount for item in items], items[0].currency
    answers = set()
    for amounts in ([case.net(item) for item in items], gross):
        sums = unique_sum([minor_units(amount, currency) for amount in amounts], minor_units(case.amount, currency))
        if sums.several:
            return None
        if sums.positions:
            answers.add(sums.positions)
    if len(answers) != 1:
        return None
    chosen = [items[position] for position in answers.pop()]
    why = f"the amount is exactly the sum of {len(chosen)} of {len(items)} open items, and of no others"
    return _balance(case, chosen, Decision("exact_sum", why, 85))


def round_sum(case: MatchCase) -> list[SettledLine] | None:
    """A round payment that fits nothing is paid on account of the oldest items, without discounts.

    That is a guess, which the rules as shipped do not make: a customer agrees to it, or a clerk has shown it.
    """
    if not is_round(case.payment.amount, case.payment.currency):
        return None
    words = "is the oldest item still open; a round sum that fits nothing exactly is paid on account of the oldest"
    return _in_order(replace(case, day=date.max), case.pool.oldest_first(), "round_sum", words)


def is_round(amount: Decimal, currency: str) -> bool:
    """Whether the amount is a multiple of 10,000 of the currency's smallest unit, e.g. of 100.00 USD."""
    return not minor_units(amount, currency) % _ROUND_UNITS


def oldest_first(case: MatchCase) -> list[SettledLine] | None:
    """The oldest items first, by due date and document number, as far as the money goes.

    Where the oldest items, each less its discount, add up to exactly the amount, the payer has taken the discounts,
    and they are granted.
    """
    return _in_order(case, case.pool.oldest_first(), "oldest_first", "is the oldest item still open")


def largest_first(case: MatchCase) -> list[SettledLine] | None:
    """The largest open amounts first; of equal ones the oldest."""
    items = sorted(case.pool.oldest_first(), key=lambda item: -item.open_amount)
    return _in_order(case, items, "largest_first", "is the largest item still open")


def due_now_first(case: MatchCase) -> list[SettledLine] | None:
    """What is due by the value date, oldest first; then what a discount can still be earned on; then the rest."""
    paid_on = case.payment.value_date

    def urgency(item: OpenItem) -> tuple[int, date]:
        if item.due_date <= paid_on:
            return (0, item.due_date)
        still = item.discount_date if discount.available(item, case.day) else None
        return (1, still) if still else (2, item.due_date)

    items = sorted(case.pool.oldest_first(), key=urgency)
    return _in_order(case, items, "due_now_first", "is next among what is due now, then what a discount runs out on")


def by_priority(case: MatchCase) -> list[SettledLine] | None:
    """Kinds of items in the order of the policy, each oldest first."""
    kinds = case.rules.rule_set.kinds_first
    items = sorted(
        case.pool.oldest_first(), key=lambda item: kinds.index(item.kind) if item.kind in kinds else len(kinds)
    )
    return _in_order(case, items, "by_priority", "is next by kind of item and due date")


RULES: Final[dict[MatchRule, Rule]] = {
    "exact_with_credit": exact_with_credit,
    "single_open_item": single_open_item,
    "exact_amount": exact_amount,
    "clear_account": clear_account,
    "clear_past_due": clear_past_due,
    "past_due_by_terms": past_due_by_terms,
    "statement_balance": statement_balance,
    "exact_sum": exact_sum,
    "round_sum": round_sum,
    "oldest_first": oldest_first,
    "largest_first": largest_first,
    "due_now_first": due_now_first,
    "by_priority": by_priority,
}


def _past_due(case: MatchCase, most: int | None = None) -> list[OpenItem] | None:
    """Items past due; None where they are more than the amount, or than `most`, so that no rule reads them all."""
    items, total = [], Decimal(0)
    for item in case.pool.oldest_first():
        if item.due_date >= case.payment.value_date:
            break
        items.append(item)
        total += case.net(item)
        if (total > case.amount) if most is None else (len(items) > most):
            return None
    return items


def _balance(case: MatchCase, items: Sequence[OpenItem], decision: Decision) -> list[SettledLine] | None:
    """Lines that close all items, if the amount is their sum, or their sum less the discounts to be had."""
    rule, why, score, _ = decision
    if not items or (len(items) == 1 and rule == "exact_sum"):
        return None
    gross = sum((item.open_amount for item in items), Decimal(0))
    if case.amount == gross:
        return [SettledLine(item, item.open_amount, discount.NONE, rule, why, score=score) for item in items]
    nets = [case.net(item) for item in items]
    if sum(nets, Decimal(0)) != case.amount:
        return None
    return [case.pay(item, net, decision) for item, net in zip(items, nets, strict=True)]


def _in_order(case: MatchCase, items: Iterable[OpenItem], rule: MatchRule, words: str) -> list[SettledLine] | None:
    reached, taken_net = _reach(case, items)
    lines: list[SettledLine] = []
    left = case.amount
    for item in reached:
        cash = case.net(item) if taken_net else min(left, item.open_amount)
        if not cash or (cash < case.net(item) and not _may_be_partial(case)):
            break
        why = f"no remittance: {item.document_number}, due {item.due_date}, {words}"
        # Where the money ends, only little may be missing by chance: that is a part payment, no small difference.
        lines.append(case.pay(item, cash, Decision(rule, why, 70), tolerant=False))
        left -= cash
    return lines or None


def _reach(case: MatchCase, items: Iterable[OpenItem]) -> tuple[list[OpenItem], bool]:
    """The items that the money covers in this order, and whether it pays exactly those less their discounts."""
    reached: list[OpenItem] = []
    gross = net = Decimal(0)
    for item in items:
        if net >= case.amount:
            break
        reached.append(item)
        gross += item.open_amount
        net += case.net(item)
    return reached, net == case.amount and net < gross


def _may_be_partial(case: MatchCase) -> bool:
    partial = case.rules.rule_set.partial
    return partial == "always" or (partial == "only_open_item" and case.pool.open_count == 1)
