"""Chance, tied to what it decides: the same seed and the same question give the same answer."""

from __future__ import annotations

from random import Random


class Dice:
    """Every question has a generator of its own, so that no answer depends on what was asked before it."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def on(self, *question: object) -> Random:
        """The generator that decides `question`, e.g. `dice.on("cancel", order_id, day)`."""
        return Random(f"{self.seed}/" + "/".join(str(part) for part in question))

    def chance(self, percent: int, *question: object) -> bool:
        """True in `percent` of 100 questions."""
        return self.on(*question).randrange(100) < percent
