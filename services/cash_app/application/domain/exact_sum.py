"""Which items add up to exactly an amount, if there is exactly one solution.

The more combinations there are, the likelier one of them adds up by chance. So the search is bounded twice: by a
number of combinations, and so that a sum by chance is rarer than one in a thousand (`CHANCE_MAX`), taking sums as
spread evenly over all that is open. What is searched within the bound: all combinations of few items, else pairs or
triples, and all items but one, two or three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Final

CHANCE_MAX: Final = 1_000
"""At most one combination for so many possible sums."""
COMBINATIONS_MAX: Final = 4_096
"""However much money is open: the search examines no more sums than this."""


@dataclass(frozen=True, slots=True)
class Sums:
    """The result: the positions that add up, or None; `several` where more than one combination does."""

    positions: tuple[int, ...] | None
    several: bool = False


def size_max(count: int, combinations_max: int) -> int:
    """The size up to which all combinations of `count` items, and all that leave so few out, are within the bound."""
    size, combinations = 0, 0
    while size < count // 2:
        combinations += 2 * comb(count, size + 1)
        if combinations > combinations_max:
            break
        size += 1
    return size


def unique_sum(amounts: Sequence[int], target: int) -> Sums:
    """The one combination of at least two positive `amounts`, in minor units, that adds up to `target`."""
    total = sum(amounts)
    if target <= 0 or target > total or len(amounts) < 2:
        return Sums(None)
    size = size_max(len(amounts), min(COMBINATIONS_MAX, total // CHANCE_MAX))
    if not size:
        return Sums(None)
    order = sorted(range(len(amounts)), key=lambda position: (-amounts[position], position))
    falling = [amounts[position] for position in order]
    found = {frozenset(order[n] for n in few) for few in _few(falling, target, size) if len(few) > 1}
    everything = frozenset(order)
    if target == total:
        found.add(everything)
    else:
        found |= {everything - {order[n] for n in few} for few in _few(falling, total - target, size)}
    found = {positions for positions in found if len(positions) > 1}
    if len(found) == 1:
        return Sums(tuple(sorted(found.pop())))
    return Sums(None, several=bool(found))


def _few(falling: Sequence[int], target: int, size: int) -> list[tuple[int, ...]]:
    """Combinations of up to `size` of the amounts, largest first, that add up to the target; at most two of them."""
    found: list[tuple[int, ...]] = []
    sums = [0]
    for amount in falling:
        sums.append(sums[-1] + amount)
    count = len(falling)

    def search(start: int, left: int, room: int, chosen: tuple[int, ...]) -> None:
        for position in range(start, count):
            amount = falling[position]
            if amount > left:
                continue
            if sums[min(count, position + room)] - sums[position] < left:
                return
            if amount == left:
                found.append((*chosen, position))
            elif room > 1:
                search(position + 1, left - amount, room - 1, (*chosen, position))
            if len(found) > 1:
                return

    if target > 0:
        search(0, target, size, ())
    return found
