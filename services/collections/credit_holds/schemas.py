"""Credit holds over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import BaseModel

from services.collections.credit_holds.domain import CreditHold


class HoldView(BaseModel):
    """A credit hold, the broken promise behind it, and how it ended."""

    hold_id: str
    customer_id: str
    promise_id: str
    requested_on: date
    reason: str
    active: bool
    lifted_on: date | None
    lifted_by: str | None
    lift_reason: str | None

    @classmethod
    def of(cls, hold: CreditHold) -> Self:
        stored = {name: getattr(hold, name) for name in cls.model_fields if name != "active"}
        return cls(**stored, active=hold.is_active)
