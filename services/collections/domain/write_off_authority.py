"""The policy document `write_off_authority`: who may approve giving up how much."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.event import NonNegativeAmount


class WriteOffAuthority(BaseModel):
    """The largest write-off each role may approve, in the item's currency; null: any. A role not named: none.

    Whoever asks for a write-off never approves it, whatever their authority.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: dict[Literal["credit_manager", "controller"], NonNegativeAmount | None]

    def covers(self, roles: Collection[str], amount: Decimal) -> bool:
        """Whether a person with these roles may approve giving up `amount`."""
        if "admin" in roles:
            return True
        return any(role in roles and (most is None or amount <= most) for role, most in self.authority.items())
