"""Exchange rates as they stand on a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class Rates:
    """1 unit of the first currency of a pair is `rate` units of the second, on one day."""

    by_pair: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)

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
