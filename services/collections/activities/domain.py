"""Activities: what was done about a customer, by a person or by the system."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, TypeAlias

from shared.contracts.collections import ActivityLogged

SYSTEM_ACTOR: Final = "system"
"""The name that stands where no person acts."""

TEXT_CHARACTERS_MAX: Final = 500
"""The longest text that the contract allows; a longer one is cut."""

ActivityKind: TypeAlias = Literal["dunning", "call", "email", "note", "promise"]


def activity(activity_id: str, customer_id: str, kind: ActivityKind, *, on: date, by: str, text: str) -> ActivityLogged:
    """An activity about a customer, done `by` a person or SYSTEM_ACTOR `on` a business day."""
    return ActivityLogged(
        activity_id=activity_id,
        customer_id=customer_id,
        kind=kind,
        on=on,
        by=by,
        text=text[:TEXT_CHARACTERS_MAX],
    )
