"""Exchange rates as they stand on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared.kernel.money import round_half_up

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Rates:
    """1 unit of the first currency of a pair is `rate` units of the second, on one day."""

    by_pair: Mapping[Pair, Decimal] = field(default_factory=dict)
    over: Mapping[Pair, str] = field(default_factory=dict)
    """The third currency by which a pair is valued that has no rate of its own."""

    def joined(self, others: Rates) -> Rates:
        """These and others; of the same pair the others."""
        return Rates({**self.by_pair, **others.by_pair}, {**self.over, **others.over})

    def crossed(self, pairs: Iterable[Pair]) -> Rates:
        """Rates of these pairs over a third currency that both have a rate with; of several the first by its code."""
        by_pair, over = {}, {}
        for one, other in pairs:
            for base in sorted(self._partners(one) & self._partners(other)):
                by_pair[one, other] = self._rate(one, base) * self._rate(base, other)
                over[one, other] = base
                break
        return Rates(by_pair, over)

    def way(self, source: str, target: str) -> str | None:
        """The third currency over which the two are converted; None where they have a rate of their own, or none."""
        return self.over.get((source, target)) or self.over.get((target, source))

    def knows(self, source: str, target: str) -> bool:
        return (source, target) in self.by_pair or (target, source) in self.by_pair

    def _partners(self, currency: str) -> set[str]:
        return {one if other == currency else other for one, other in self.by_pair if currency in (one, other)}

    def _rate(self, source: str, target: str) -> Decimal:
        rate = self.by_pair.get((source, target))
        return rate if rate is not None else 1 / self.by_pair[target, source]

    def converted(self, amount: Decimal, source: str, target: str) -> Decimal | None:
        """`amount` of `source` in `target`, rounded half-up; by the inverse rate where only that is known.

        None where neither is known.
        """
        if source == target or not amount:
            return amount
        rate = self.by_pair.get((source, target))
        if rate is not None:
            return round_half_up(amount * rate, target)
        inverse = self.by_pair.get((target, source))
        return round_half_up(amount / inverse, target) if inverse else None


NO_RATES = Rates()
