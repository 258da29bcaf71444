"""Rules of the policy that block an order or approve it: which value they test, and whether they match.

The document lists the rules in the order in which they are evaluated. Rules of one name are variants of one rule: of
those that concern a customer the narrowest applies (customer before credit group before all).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cached_property, partial
from operator import ge, gt, le, lt
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.contracts.event import Identifier
from shared.kernel.money import amount_text

Value = Decimal | int | str | None
"""A fact about an order or its account; None: it is not known, and no rule on it matches."""

NUMBERS: Final[dict[str, str]] = {
    "days_overdue": "days the oldest item is overdue",
    "overdue_amount": "overdue, in the account's currency",
    "overdue_percent": "per cent of the credit limit overdue",
    "limit_expired_days": "days since the credit limit expired",
    "limit_used_percent": "per cent of the credit limit used, this order included",
    "order_amount": "ordered, in the account's currency",
    "day_amount": "ordered that day, this order included, in the account's currency",
    "net_days": "days of payment terms",
    "dunning_level": "the highest dunning step of an open item",
    "broken_promises": "broken promises",
}
AMOUNTS: Final = frozenset({"overdue_amount", "order_amount", "day_amount"})
"""The numbers that are amounts in the account's currency."""
WORDS: Final[dict[str, str]] = {
    "account_state": "the account's state",
    "country": "the customer's country",
    "jurisdiction": "the customer's jurisdiction",
    "currency": "the order's currency",
}
FIELDS: Final = (*NUMBERS, *WORDS)

Bound = Annotated[Decimal, Field(ge=0, le=Decimal("999999999999.999"), allow_inf_nan=False)]
Listed = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=80)], ...], Field(min_length=1, max_length=500)]


class Rule(BaseModel):
    """One condition on an order. It matches if every given bound is met; then it blocks, or excludes.

    An excluding rule that matches approves the order, whatever blocks it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Identifier
    effect: Literal["blocking", "excluding"]
    customer_id: Identifier | None = None
    group_id: Identifier | None = None
    """Without customer and group the rule is for all customers."""
    field: str
    above: Bound | None = None
    at_least: Bound | None = None
    below: Bound | None = None
    at_most: Bound | None = None
    one_of: Listed | None = None
    none_of: Listed | None = None

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        rule = f"rule {self.name}"
        if self.field not in FIELDS:
            known = ", ".join(FIELDS)
            raise ValueError(f"{rule} names the field {self.field!r}, which no order has: use one of {known}")
        if self.customer_id is not None and self.group_id is not None:
            raise ValueError(f"{rule} is for customer {self.customer_id} and for group {self.group_id}: choose one")
        bounds = self.above, self.at_least, self.below, self.at_most
        listed = self.one_of, self.none_of
        if self.field in NUMBERS and any(part is not None for part in listed):
            raise ValueError(f"{rule}: {self.field} is a number: use above, at_least, below or at_most")
        if self.field in WORDS and any(part is not None for part in bounds):
            raise ValueError(f"{rule}: {self.field} is a word: use one_of or none_of")
        if all(part is None for part in (*bounds, *listed)):
            raise ValueError(f"{rule} has no condition on {self.field}: give a bound, or a list")
        if self._is_empty():
            raise ValueError(f"{rule} contradicts itself: no {self.field} is {self.condition}")
        return self

    def holds(self, value: Value) -> bool:
        if value is None:
            return False
        for test in self._tests:  # noqa: SIM110 - evaluated for every order, and this is twice as fast as all()
            if not test(value):
                return False
        return True

    @cached_property
    def question(self) -> Callable[[Any], bool]:
        """`holds` for values that are known. A single bound is called directly, which is faster."""
        return self._tests[0] if len(self._tests) == 1 else self.holds

    @cached_property
    def _tests(self) -> tuple[Callable[[Any], bool], ...]:
        """The bounds that are given, each as a test of a value."""
        bounds = ((self.above, lt), (self.at_least, le), (self.below, gt), (self.at_most, ge))
        tests: list[Callable[[Any], bool]] = [partial(than, bound) for bound, than in bounds if bound is not None]
        if self.one_of is not None:
            tests.append(frozenset(self.one_of).__contains__)
        if self.none_of is not None:
            tests.append(partial(_not_in, frozenset(self.none_of)))
        return tuple(tests)

    @property
    def scope(self) -> str:
        if self.customer_id is not None:
            return f"customer {self.customer_id}"
        return f"group {self.group_id}" if self.group_id is not None else "all customers"

    @property
    def width(self) -> int:
        """0 for a customer's rule, 1 for a group's, 2 for a rule for all customers."""
        return 0 if self.customer_id is not None else 1 if self.group_id is not None else 2

    @property
    def condition(self) -> str:
        """The bounds in words: "above 30 and at most 60"; amounts as the policy states them."""
        return self._condition(lambda bound: f"{bound.normalize():f}")

    def condition_in(self, currency: str) -> str:
        """The same for an account in this currency: "above 30,000.00"."""
        if self.field not in AMOUNTS:
            return self.condition
        return self._condition(lambda bound: amount_text(bound, currency))

    def _condition(self, shown: Callable[[Decimal], str]) -> str:
        parts = [
            f"{words} {shown(bound)}"
            for words, bound in (
                ("above", self.above), ("at least", self.at_least), ("below", self.below), ("at most", self.at_most)
            )
            if bound is not None
        ]  # fmt: skip
        if self.one_of is not None:
            parts.append("one of " + ", ".join(self.one_of))
        if self.none_of is not None:
            parts.append("none of " + ", ".join(self.none_of))
        return " and ".join(parts)

    def displayed(self, value: Value, currency: str) -> str:
        """A value of its field as a person reads it: an amount as in `currency`, per cents with two decimals."""
        if isinstance(value, Decimal):
            return amount_text(value, currency) if self.field in AMOUNTS else f"{value:,.2f}"
        return f"{value:,}" if isinstance(value, int) else str(value)

    def sentence(self, value: Value, currency: str) -> str:
        """Why it blocks or excludes an order of an account in `currency`, in words a clerk can read to a customer."""
        what = "blocks the order" if self.effect == "blocking" else "approves the order"
        shown, condition = self.displayed(value, currency), self.condition_in(currency)
        if self.field in NUMBERS:
            return f"Rule {self.name} {what}: {shown} {NUMBERS[self.field]}, {condition}."
        return f"Rule {self.name} {what}: {WORDS[self.field]} is {shown}, {condition}."

    def covers(self, other: Rule) -> bool:
        """Whether this one holds wherever `other`, on the same field, does."""
        if self.field in WORDS:
            if other.one_of is not None:
                return all(self.holds(word) for word in other.one_of if other.holds(word))
            return self.one_of is None and set(self.none_of or ()) <= set(other.none_of or ())
        return _reaches_down(self._lower(), other._lower()) and _reaches_up(self._upper(), other._upper())

    def _is_empty(self) -> bool:
        if self.field in WORDS:
            return self.one_of is not None and set(self.one_of) <= set(self.none_of or ())
        (low, open_below), (high, open_above) = self._lower(), self._upper()
        return high is not None and (low > high or (low == high and (open_below or open_above)))

    def _lower(self) -> tuple[Decimal, bool]:
        """The largest lower bound and whether it is itself excluded; every number a rule asks for is 0 or more."""
        given = [(Decimal(0), False)]
        given += [(bound, out) for bound, out in ((self.above, True), (self.at_least, False)) if bound is not None]
        return max(given)

    def _upper(self) -> tuple[Decimal | None, bool]:
        given = [(bound, out) for bound, out in ((self.below, True), (self.at_most, False)) if bound is not None]
        return min(given, key=lambda bound: (bound[0], not bound[1])) if given else (None, False)


def _not_in(words: frozenset[str], word: str) -> bool:
    return word not in words


def _reaches_down(lower: tuple[Decimal, bool], other: tuple[Decimal, bool]) -> bool:
    """Whether the lower bound lets in whatever the other lets in; the second part: the bound itself is out."""
    return lower[0] < other[0] or (lower[0] == other[0] and (other[1] or not lower[1]))


def _reaches_up(upper: tuple[Decimal | None, bool], other: tuple[Decimal | None, bool]) -> bool:
    """Whether the upper bound lets in whatever the other lets in; None is no bound at all."""
    if upper[0] is None or other[0] is None:
        return upper[0] is None
    return upper[0] > other[0] or (upper[0] == other[0] and (other[1] or not upper[1]))


def check_rules(rules: Iterable[Rule]) -> None:
    """Raises ValueError where two rules contradict each other, naming both and what to do."""
    seen: dict[tuple[str, str], Rule] = {}
    for rule in rules:
        if (rule.name, rule.scope) in seen:
            raise ValueError(f"rule {rule.name} is given twice for {rule.scope}: remove one or rename it")
        seen[rule.name, rule.scope] = rule
    listed = list(seen.values())
    for blocking in (rule for rule in listed if rule.effect == "blocking"):
        for excluding in (rule for rule in listed if rule.effect == "excluding"):
            if blocking.field == excluding.field and blocking.scope == excluding.scope and excluding.covers(blocking):
                raise ValueError(
                    f"rules {blocking.name} and {excluding.name} contradict each other for {blocking.scope}: whenever "
                    f"{blocking.field} is {blocking.condition} the first blocks what the second always approves"
                )


Questions = tuple[tuple[str, tuple[tuple[int, Callable[[Any], bool], Rule], ...]], ...]
"""By field: the place of each rule on it in the list, whether the rule holds, and the rule."""


def questions(rules: Iterable[Rule]) -> Questions:
    """The rules by the field they test."""
    by_field: dict[str, list[tuple[int, Callable[[Any], bool], Rule]]] = {}
    for place, rule in enumerate(rules):
        by_field.setdefault(rule.field, []).append((place, rule.question, rule))
    return tuple((field, tuple(asked)) for field, asked in by_field.items())


def narrowest(rules: Iterable[Rule], customer_id: str, group_id: str | None) -> tuple[Rule, ...]:
    """The rules that concern a customer, in the order listed; of those of one name the narrowest."""
    chosen: dict[str, Rule] = {}
    for rule in rules:
        if rule.customer_id not in (None, customer_id) or rule.group_id not in (None, group_id):
            continue
        if rule.name not in chosen or rule.width < chosen[rule.name].width:
            chosen[rule.name] = rule
    return tuple(chosen.values())
