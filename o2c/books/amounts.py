"""Amounts by key, the currency last: what a grouped query returns, and the arithmetic a comparison needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

Amounts = Mapping[tuple[str, ...], Decimal]
"""A missing key means nil. The last part of a key is the currency."""


def plus(*sides: Amounts) -> Amounts:
    """The sum of several sides, key by key."""
    return _summed((key, amount) for side in sides for key, amount in side.items())


def minus(side: Amounts, *others: Amounts) -> Amounts:
    """One side less others, key by key."""
    return plus(side, *map(negated, others))


def negated(side: Amounts) -> Amounts:
    return {key: -amount for key, amount in side.items()}


def by_currency(side: Amounts) -> Amounts:
    """The sums per currency."""
    return _summed((key[-1:], amount) for key, amount in side.items())


def only(side: Amounts, first: Collection[str]) -> Amounts:
    """Per currency, the sums of the keys whose first part is one of `first`."""
    return by_currency({key: amount for key, amount in side.items() if key[0] in first})


def _summed(entries: Iterable[tuple[tuple[str, ...], Decimal]]) -> Amounts:
    total: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for key, amount in entries:
        total[key] += amount
    return {key: amount for key, amount in total.items() if amount}
