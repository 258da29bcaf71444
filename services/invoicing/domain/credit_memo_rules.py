"""The policy document `credit_memo_rules`: who may credit how much, and for which reasons."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Identifier, NonNegativeAmount, Text


class CreditMemoRules(BaseModel):
    """Amounts are in the document's currency, incl. tax."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: dict[Literal["collector", "cash_clerk", "credit_manager", "controller"], NonNegativeAmount | None]
    """The largest amount each role may credit or approve, null: any. A role not named may ask only. Above it a second
    person with enough authority approves; nobody approves what they asked for."""
    posted_for_collections_up_to: NonNegativeAmount | None
    """What collections grants is posted at once up to this amount, null: any; above it somebody here approves."""
    reasons: Annotated[dict[Identifier, Text], Field(min_length=1)]
    """Codes, with what they stand for."""

    def covers(self, roles: Collection[str], amount: Decimal) -> bool:
        """Whether a person with these roles may decide on `amount`."""
        if "admin" in roles:
            return True
        return any(role in roles and (most is None or amount <= most) for role, most in self.authority.items())

    def posts_for_collections(self, amount: Decimal) -> bool:
        most = self.posted_for_collections_up_to
        return most is None or amount <= most
