"""The policy document `credit_memo_rules`: who may credit how much, and for which reasons."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Identifier, NonNegativeAmount, Text
from shared.kernel.authority import within_authority


class CreditMemoRules(BaseModel):
    """Amounts are in the document's currency, incl. tax."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: dict[Literal["collector", "cash_clerk", "credit_manager", "controller"], NonNegativeAmount | None]
    """The largest amount that each role may credit or approve, null: any. A role that is not named may only request.
    Above it a second person with enough authority approves; the requester cannot approve."""
    posted_for_collections_up_to: NonNegativeAmount | None
    """What collections grants is posted at once up to this amount, null: any; above it a second person approves."""
    reasons: Annotated[dict[Identifier, Text], Field(min_length=1)]
    """Reason codes with their meaning."""

    def covers(self, roles: Collection[str], amount: Decimal) -> bool:
        """Whether a person with these roles may decide on `amount`."""
        return within_authority(self.authority, roles, amount)

    def posts_for_collections(self, amount: Decimal) -> bool:
        most = self.posted_for_collections_up_to
        return most is None or amount <= most
