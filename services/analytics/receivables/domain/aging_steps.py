"""What an item adds to the sums by due date, from which the aging of any day is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

NOTHING = Decimal(0)

Steps = Mapping[date, tuple[Decimal, int]]
"""By business date: the change of the open amount and of the number of open items from that day on."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One dated change of an item; amounts in its currency."""

    item_version: int
    business_date: date
    change: Decimal
    is_posting: bool


def steps(movements: Iterable[Movement]) -> Steps:
    """The steps of an item, from all its known changes in any order; amounts in the item's currency.

    There are none until the posting is known, and none before its day: an earlier change counts from that day on.
    The item counts as open from the day on which the sum of its changes is above zero.
    """
    known = list(movements)
    posted_on = next((movement.business_date for movement in known if movement.is_posting), None)
    if posted_on is None:
        return {}
    changes: defaultdict[date, Decimal] = defaultdict(Decimal)
    for movement in known:
        changes[max(movement.business_date, posted_on)] += movement.change
    found, still_open = {}, NOTHING
    for day in sorted(changes):
        before, still_open = still_open, still_open + changes[day]
        found[day] = (changes[day], (still_open > NOTHING) - (before > NOTHING))
    return found


class AgingSteps:
    """The steps of many items, by company, currency, due date and business date."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, str, date, date], tuple[Decimal, int]] = {}

    def add(self, company_id: str, currency: str, due_date: date, *, on: date, amount: Decimal, items: int) -> None:
        """Adds one step on a business day."""
        key = (company_id, currency, due_date, on)
        before = self._sums.get(key)
        self._sums[key] = (amount, items) if before is None else (before[0] + amount, before[1] + items)

    def add_all(self, company_id: str, currency: str, due_date: date, added: Steps, *, sign: int) -> None:
        """Adds an item's steps, or subtracts them where the sign is -1."""
        for day, (amount, items) in added.items():
            self.add(company_id, currency, due_date, on=day, amount=sign * amount, items=sign * items)

    @property
    def rows(self) -> list[tuple[str, str, date, date, Decimal, int]]:
        """Company, currency, due date, business date, amount and items, where they are not zero."""
        return [(*key, amount, items) for key, (amount, items) in self._sums.items() if amount or items]
