"""What people have laid down for an order: a manual hold, a condition, the first of two approvals."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Final, Literal

Condition = Literal["deposit", "cash-in-advance"]


@dataclass(frozen=True, slots=True)
class OrderInstructions:
    """Amounts in the order's currency."""

    held_by: str | None = None
    """The person who holds it: only a person releases it then."""
    held_why: str = ""
    condition: Condition | None = None
    """It is released when this much money has been received, whatever other reason there is against it."""
    condition_amount: Decimal | None = None
    condition_by: str = ""
    signed_by: str | None = None
    """The first person who approved its release, if it needs two."""
    signed_amount: Decimal | None = None

    @property
    def text(self) -> str:
        if self is NO_INSTRUCTIONS:
            return "{}"
        given = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        return json.dumps(given, default=str) if given else "{}"

    @classmethod
    def of(cls, text: str) -> OrderInstructions:
        if text == "{}":
            return NO_INSTRUCTIONS
        given = json.loads(text)
        for name in ("condition_amount", "signed_amount"):
            if name in given:
                given[name] = Decimal(given[name])
        return cls(**given)


NO_INSTRUCTIONS: Final = OrderInstructions()
"""No instructions: true for nearly every order."""
