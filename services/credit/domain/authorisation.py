"""Whether an order may go on: what is known about it, and what the rules make of that.

`judge` depends on nothing but the facts and the policy, so that a decision can be shown as it was taken, and taken
again under another policy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from decimal import Decimal
from operator import attrgetter, itemgetter
from typing import Any, Final, Self, get_type_hints

from pydantic_core import from_json, to_json

from services.credit.domain import reasons as because
from services.credit.domain.account_state import WITHOUT_CREDIT
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.order_rules import FIELDS, Rule, Value
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
class Facts:
    """What was known when an order was judged. Amounts in the account's `currency`, unless said otherwise.

    Never changed; not frozen, as a million of them are made in a trial and that would double their cost.
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
    """Let through before it on the same day."""
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
    """The third currency the order was valued over; None: by the rate between its currency and the account's."""

    def value(self, field: str) -> Value:
        """What a rule on this field asks for."""
        return _VALUES[field](self)

    @property
    def text(self) -> str:
        """As it is kept with the decision; what is not known is left out."""
        known = dict(zip(_NAMES, _GIVEN(self), strict=True))
        for name in _MAY_BE_UNKNOWN:
            if known[name] is None or known[name] == ():
                del known[name]
        return to_json(known).decode()

    @classmethod
    def of(cls, customer_id: str, text: str) -> Self:
        """Raises KeyError or ValueError where the text was not written by this class."""
        given: dict[str, Any] = {"customer_id": customer_id, **_NOT_KNOWN, **from_json(text)}
        for name in _AMOUNTS:
            if given.get(name) is not None:
                given[name] = Decimal(given[name])
        given["holds"], given["without_rate"] = tuple(given["holds"]), tuple(given["without_rate"])
        return cls(**given)


def _day_amount(facts: Facts) -> Value:
    return None if facts.amount is None else facts.day_amount + facts.amount


def _limit_used(facts: Facts) -> Value:
    return None if facts.amount is None else _percent(facts.exposure + facts.amount, facts.limit)


def _country(facts: Facts) -> Value:
    return None if facts.jurisdiction is None else facts.jurisdiction.partition("-")[0]


_VALUES: dict[str, Callable[[Facts], Value]] = {
    **{field: attrgetter(field) for field in FIELDS},
    "order_amount": attrgetter("amount"),
    "day_amount": _day_amount,
    "limit_used_percent": _limit_used,
    "overdue_percent": lambda facts: _percent(facts.overdue_amount, facts.limit),
    "country": _country,
    "currency": attrgetter("order_currency"),
}
_NAMES = tuple(field.name for field in fields(Facts) if field.name != "customer_id")
_GIVEN = attrgetter(*_NAMES)
_MAY_BE_UNKNOWN = tuple(name for name in _NAMES if get_type_hints(Facts)[name] not in (str, int, Decimal, CreditState))
_NOT_KNOWN: dict[str, Any] = {"amount": None, "net_days": None, "jurisdiction": None, "holds": (), "without_rate": ()}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the rules make of the facts: with no reasons the order goes on."""

    reasons: tuple[Reason, ...]
    remarks: tuple[Reason, ...] = ()
    """Why it goes on although something spoke against it."""
    concerns_order_alone: bool = False
    """Nothing but the order itself speaks against it: younger orders need not wait for it."""

    @property
    def passes(self) -> bool:
        return not self.reasons


def ceiling_of(limit: Decimal, rules: CreditRules, currency: str) -> Decimal:
    """The exposure up to which orders are approved, without tolerance."""
    return round_half_up(limit * rules.at_limit_percent / 100, currency)


def judge(facts: Facts, rules: CreditRules) -> Judgement:
    """Every reason against the order in a stated order: holds, state, limit, group, then the rules as listed."""
    over, tolerance = excess(facts, rules), tolerance_of(facts, rules)
    of_account, of_order = _account_reasons(facts, rules, over > tolerance), _order_reasons(facts)
    remarks = _tolerated(facts, over, tolerance) if over > 0 else []
    if facts.converted_over is not None:
        remarks.append(because.converted_over(facts.order_currency, facts.currency, facts.converted_over))
    excluding: Rule | None = None
    for _, rule, value in sorted(_that_hold(facts, rules), key=itemgetter(0)):
        if rule.effect == "excluding":
            excluding = excluding or rule
            continue
        reason = Reason(code=f"rule:{rule.name}", text=rule.sentence(value)[:500])
        (of_order if rule.field in _OF_THE_ORDER else of_account).append(reason)
    against = (*of_account, *of_order)
    if against and excluding is not None:
        let = Reason(code="excluded-by-rule", text=excluding.sentence(facts.value(excluding.field))[:500])
        return Judgement((), (let, *remarks, *against)[:50])
    return Judgement(against, tuple(remarks) if not against else (), bool(of_order) and not of_account)


def _that_hold(facts: Facts, rules: CreditRules) -> list[tuple[int, Rule, Value]]:
    """With the place of each rule in the list, and what it was asked of."""
    return [
        (place, rule, value)
        for field, asked in rules.questions_for(facts.customer_id, facts.group_id)
        if (value := _VALUES[field](facts)) is not None
        for place, holds, rule in asked
        if holds(value)
    ]


_OF_THE_ORDER = frozenset({"order_amount", "currency"})


def outcomes(facts: Facts, rules: CreditRules) -> list[tuple[Rule, Value, bool]]:
    """Each rule as it was evaluated: its value, and whether it held."""
    asked = rules.rules_for(facts.customer_id, facts.group_id)
    return [(rule, value := facts.value(rule.field), rule.holds(value)) for rule in asked]


def excess(facts: Facts, rules: CreditRules) -> Decimal:
    """By how much the order passes what the account may owe, tolerance not counted; negative: that much is left."""
    return facts.exposure + (facts.amount or 0) - ceiling_of(facts.limit, rules, facts.currency)


def group_excess(facts: Facts) -> Decimal:
    """By how much the order passes the group's pooled limit, in the group's currency; 0 without one."""
    if facts.group_limit is None or facts.group_amount is None:
        return Decimal(0)
    return facts.group_exposure + facts.group_amount - facts.group_limit


def _account_reasons(facts: Facts, rules: CreditRules, over_limit: bool) -> list[Reason]:
    reasons = [because.account_held(reason) for reason in facts.holds]
    if facts.account_state in WITHOUT_CREDIT:
        reasons.append(because.account_without_credit(facts.account_state))
    if facts.without_rate and rules.exposure.without_rate == "hold":
        reasons.append(because.no_rate_for_exposure(facts.without_rate, facts.currency))
    if facts.amount is not None and over_limit:
        ceiling = ceiling_of(facts.limit, rules, facts.currency)
        over = because.over_limit(facts.amount, facts.exposure, ceiling, facts.currency)
        if facts.converted_over is not None:
            way = because.converted_over(facts.order_currency, facts.currency, facts.converted_over)
            over = Reason(code=over.code, text=f"{over.text} {way.text}")
        reasons.append(over)
    if facts.group_limit is not None:
        assert facts.group_id is not None
        if facts.group_amount is None and facts.amount is not None:
            reasons.append(because.no_rate_for_group(facts.currency, facts.group_id, facts.group_currency))
        elif facts.group_amount is not None and group_excess(facts) > 0:
            reasons.append(
                because.over_group_limit(
                    facts.group_id, facts.group_amount, facts.group_exposure, facts.group_limit, facts.group_currency
                )
            )
    return reasons


def _order_reasons(facts: Facts) -> list[Reason]:
    return [because.other_currency(facts.order_currency, facts.currency)] if facts.amount is None else []


def tolerance_of(facts: Facts, rules: CreditRules) -> Decimal:
    """How far above the credit an order still goes through."""
    return rules.tolerance.of(facts.limit) if rules.tolerance is not None else _NOTHING


def _tolerated(facts: Facts, over: Decimal, tolerance: Decimal) -> list[Reason]:
    if facts.amount is None or not 0 < over <= tolerance:
        return []
    return [because.within_tolerance(over, round_half_up(tolerance, facts.currency), facts.currency)]


def _percent(amount: Decimal, limit: Decimal) -> Decimal:
    if limit:
        return amount * 100 / limit
    return UNLIMITED_PERCENT if amount > 0 else Decimal(0)
