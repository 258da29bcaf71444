"""What people have said about a held order: held by hand, a condition, the first of two signatures."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final, Literal

Condition = Literal["deposit", "cash-in-advance"]


@dataclass(frozen=True, slots=True)
class Handling:
    """Amounts in the order's currency."""

    held_by: str | None = None
    """Who holds it by hand: only a person lets it go then."""
    held_why: str = ""
    condition: Condition | None = None
    """It goes on by itself once so much money is there, whatever else speaks against it."""
    condition_amount: Decimal | None = None
    condition_by: str = ""
    signed_by: str | None = None
    """Who asked for its release first, where it takes two."""
    signed_amount: Decimal | None = None

    @property
    def text(self) -> str:
        if self is UNTOUCHED:
            return "{}"
        said = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return json.dumps(said, default=str) if said else "{}"

    @classmethod
    def of(cls, text: str) -> Handling:
        if text == "{}":
            return UNTOUCHED
        said = json.loads(text)
        for name in ("condition_amount", "signed_amount"):
            if name in said:
                said[name] = Decimal(said[name])
        return cls(**said)


UNTOUCHED: Final = Handling()
"""Nobody has said anything: nearly every order's."""
