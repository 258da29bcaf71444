"""Whether an order is approved: the facts about it, and what the rules decide from them.

`evaluate` depends only on the facts and the policy. So a decision can be shown as it was taken, and repeated under
another policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, Final, Self, get_type_hints

from pydantic_core import from_json, to_json

from services.credit.accounts.domain.account_state import WITHOUT_CREDIT
from services.credit.accounts.domain.reasons import account_held, account_without_credit
from services.credit.order_authorization.domain import reasons as reasons_for
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.order_rules import FIELDS, Rule, Value
from services.credit.order_authorization.domain.reasons import OrderReason
from shared.contracts.credit import CreditState
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

UNLIMITED_PERCENT = Decimal(999999)
"""Stands for the share of a limit of nil."""
_NOTHING: Final = Decimal(0)
_AMOUNTS = (
    "amount", "limit", "exposure", "day_amount", "overdue_amount", "group_exposure", "group_limit", "group_amount",
)  # fmt: skip


@dataclass(slots=True)
class OrderFacts:
    """The facts an order was evaluated by. Amounts in the account's `currency`, except where another one is named.

    Never changed. Not frozen: a policy trial makes a million of them, and a frozen class would double the cost.
    """

    customer_id: str
    currency: str
    limit: Decimal
    exposure: Decimal
    """Without the order."""
    amount: Decimal | None
    """The order; None: there is no exchange rate from its currency."""
    order_currency: str
    day_amount: Decimal
    """Approved or released before it on the same day."""
    days_overdue: int
    overdue_amount: Decimal
    account_state: CreditState
    limit_expired_days: int
    dunning_level: int
    broken_promises: int
    net_days: int | None
    jurisdiction: str | None
    holds: tuple[str, ...] = ()
    """Reasons of the holds in force on the account."""
    without_rate: tuple[str, ...] = ()
    """Currencies of the exposure that have no exchange rate."""
    group_id: str | None = None
    group_currency: str = ""
    group_limit: Decimal | None = None
    """The group's pooled limit; None: it has none. In the group's currency, as `group_exposure` is."""
    group_exposure: Decimal = Decimal(0)
    group_amount: Decimal | None = None
    """The order in the group's currency; None: no exchange rate."""
    converted_over: str | None = None
    """The third currency used to value the order; None: the rate between its currency and the account's was used."""

    def value(self, field: str) -> Value:
        """The value that a rule on this field tests."""
        return _VALUES[field](self)

    @property
    def text(self) -> str:
        """As it is stored with the decision; unknown values are left out."""
        known = dict(zip(_NAMES, _GIVEN(self), strict=True))
        for name in _MAY_BE_UNKNOWN:
            if known[name] is None or known[name] == ():
                del known[name]
        return to_json(known).decode()

    @classmethod
    def of(cls, customer_id: str, text: str) -> Self:
        """Raises KeyError or ValueError if the text was not written by this class."""
        given: dict[str, Any] = {"customer_id": customer_id, **_NOT_KNOWN, **from_json(text)}
        for name in _AMOUNTS:
            if given.get(name) is not None:
                given[name] = Decimal(given[name])
        given["holds"], given["without_rate"] = tuple(given["holds"]), tuple(given["without_rate"])
        return cls(**given)


def _day_amount(facts: OrderFacts) -> Value:
    return None if facts.amount is None else facts.day_amount + facts.amount


def _limit_used(facts: OrderFacts) -> Value:
    return None if facts.amount is None else _percent(facts.exposure + facts.amount, facts.limit)


def _country(facts: OrderFacts) -> Value:
    return None if facts.jurisdiction is None else facts.jurisdiction.partition("-")[0]


_VALUES: Final[dict[str, Callable[[OrderFacts], Value]]] = {
    **{field: attrgetter(field) for field in FIELDS},
    "order_amount": attrgetter("amount"),
    "day_amount": _day_amount,
    "limit_used_percent": _limit_used,
    "overdue_percent": lambda facts: _percent(facts.overdue_amount, facts.limit),
    "country": _country,
    "currency": attrgetter("order_currency"),
}
if set(_VALUES) != set(FIELDS):
    raise ValueError(f"each field of a rule needs a value, and no other field: {set(_VALUES) ^ set(FIELDS)}")
_NAMES = tuple(field.name for field in fields(OrderFacts) if field.name != "customer_id")
_GIVEN = attrgetter(*_NAMES)
_MAY_BE_UNKNOWN = tuple(
    name for name in _NAMES if get_type_hints(OrderFacts)[name] not in (str, int, Decimal, CreditState)
)
_NOT_KNOWN: dict[str, Any] = {"amount": None, "net_days": None, "jurisdiction": None, "holds": (), "without_rate": ()}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result: without reasons the order is approved."""

    reasons: tuple[Reason, ...]
    remarks: tuple[Reason, ...] = ()
    """Why it is approved although there was something against it."""
    concerns_order_alone: bool = False
    """All reasons concern this order alone: younger orders need not wait for it."""

    @property
    def passes(self) -> bool:
        return not self.reasons


def ceiling_of(limit: Decimal, rules: CreditRules, currency: str) -> Decimal:
    """The exposure up to which orders are approved, without tolerance."""
    return round_half_up(limit * rules.at_limit_percent / 100, currency)


def evaluate(facts: OrderFacts, rules: CreditRules) -> Evaluation:
    """Every reason against the order, in this sequence: holds, state, limit, group, then the rules as listed."""
    over, tolerance = excess(facts, rules), tolerance_of(facts, rules)
    of_account, of_order = _account_reasons(facts, rules, over > tolerance), _order_reasons(facts)
    remarks = _tolerated(facts, over, tolerance) if over > 0 else []
    if facts.converted_over is not None:
        remarks.append(reasons_for.converted_via(facts.order_currency, facts.currency, facts.converted_over))
    excluding: Rule | None = None
    for _, rule, value in sorted(_matching(facts, rules), key=itemgetter(0)):
        if rule.effect == "excluding":
            excluding = excluding or rule
            continue
        reason = Reason(code=f"rule:{rule.name}", text=rule.sentence(value, facts.currency)[:500])
        (of_order if rule.field in _OF_THE_ORDER else of_account).append(reason)
    against = (*of_account, *of_order)
    if against and excluding is not None:
        why = excluding.sentence(facts.value(excluding.field), facts.currency)
        let = Reason(code=OrderReason.EXCLUDED_BY_RULE, text=why[:500])
        return Evaluation((), (let, *remarks, *against)[:50])
    return Evaluation(against, tuple(remarks) if not against else (), bool(of_order) and not of_account)


def _matching(facts: OrderFacts, rules: CreditRules) -> list[tuple[int, Rule, Value]]:
    """The rules that match, with the place of each in the list, and the value it tested."""
    return [
        (place, rule, value)
        for field, asked in rules.questions_for(facts.customer_id, facts.group_id)
        if (value := _VALUES[field](facts)) is not None
        for place, holds, rule in asked
        if holds(value)
    ]


_OF_THE_ORDER = frozenset({"order_amount", "currency"})


def rule_outcomes(facts: OrderFacts, rules: CreditRules) -> list[tuple[Rule, Value, bool]]:
    """Each rule as it was evaluated: its value, and whether it matched."""
    asked = rules.rules_for(facts.customer_id, facts.group_id)
    return [(rule, value := facts.value(rule.field), rule.holds(value)) for rule in asked]


def excess(facts: OrderFacts, rules: CreditRules) -> Decimal:
    """By how much the order exceeds what the account may owe, without tolerance; negative: that much is left."""
    return facts.exposure + (facts.amount or 0) - ceiling_of(facts.limit, rules, facts.currency)


def group_excess(facts: OrderFacts) -> Decimal:
    """By how much the order exceeds the group's pooled limit, in the group's currency; 0 without a pooled limit."""
    if facts.group_limit is None or facts.group_amount is None:
        return Decimal(0)
    return facts.group_exposure + facts.group_amount - facts.group_limit


def _account_reasons(facts: OrderFacts, rules: CreditRules, over_limit: bool) -> list[Reason]:
    reasons = [account_held(reason) for reason in facts.holds]
    if facts.account_state in WITHOUT_CREDIT:
        reasons.append(account_without_credit(facts.account_state))
    if facts.without_rate and rules.exposure.without_rate == "hold":
        reasons.append(reasons_for.no_rate_for_exposure(facts.without_rate, facts.currency))
    if facts.amount is not None and over_limit:
        ceiling = ceiling_of(facts.limit, rules, facts.currency)
        over = reasons_for.over_limit(facts.amount, facts.exposure, ceiling, facts.currency)
        if facts.converted_over is not None:
            way = reasons_for.converted_via(facts.order_currency, facts.currency, facts.converted_over)
            over = Reason(code=over.code, text=f"{over.text} {way.text}")
        reasons.append(over)
    if facts.group_limit is not None:
        assert facts.group_id is not None
        if facts.group_amount is None and facts.amount is not None:
            reasons.append(reasons_for.no_rate_for_group(facts.currency, facts.group_id, facts.group_currency))
        elif facts.group_amount is not None and group_excess(facts) > 0:
            reasons.append(
                reasons_for.over_group_limit(
                    facts.group_id, facts.group_amount, facts.group_exposure, facts.group_limit, facts.group_currency
                )
            )
    return reasons


def _order_reasons(facts: OrderFacts) -> list[Reason]:
    return [reasons_for.other_currency(facts.order_currency, facts.currency)] if facts.amount is None else []


def tolerance_of(facts: OrderFacts, rules: CreditRules) -> Decimal:
    """How far above the credit limit an order is still approved."""
    return rules.tolerance.of(facts.limit) if rules.tolerance is not None else _NOTHING


def _tolerated(facts: OrderFacts, over: Decimal, tolerance: Decimal) -> list[Reason]:
    if facts.amount is None or not 0 < over <= tolerance:
        return []
    return [reasons_for.within_tolerance(over, round_half_up(tolerance, facts.currency), facts.currency)]


def _percent(amount: Decimal, limit: Decimal) -> Decimal:
    if limit:
        return amount * 100 / limit
    return UNLIMITED_PERCENT if amount > 0 else Decimal(0)
