"""Groups and collateral as people see and send them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from services.credit.accounts.domain.account_rules import CollateralKind
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import BusinessDate, Currency, Identifier, NonNegativeAmount, PositiveAmount, Text
from shared.kernel.money import round_half_up


class EnterCollateral(WithReason):
    """A guarantee, an insurance or a deposit that secures what the customer owes."""

    kind: CollateralKind
    currency: Currency
    amount: PositiveAmount
    valid_from: BusinessDate | None = None
    """Left out: today."""
    expires_on: BusinessDate | None = None
    """Its last day; left out: it does not expire."""
    reference: Text = ""
    """Of the bank, the insurer or the receipt."""


class WithdrawCollateral(WithReason):
    """Why it no longer secures the account."""


class CollateralView(BaseModel):
    collateral_id: str
    kind: CollateralKind
    currency: str
    amount: Decimal
    valid_from: date
    expires_on: date | None
    reference: str
    entered_by: str
    withdrawn_on: date | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate({**row, "amount": round_half_up(row["amount"], row["currency"])})


class SetGroup(WithReason):
    """A group's members and the limit above their own; null: the group is only a scope of rules."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    currency: Currency
    pooled_limit: NonNegativeAmount | None = None
    members: Annotated[list[Identifier], Field(max_length=1000)]
    """All of them, including the parent if it buys itself. A customer that is left out leaves the group."""


class GroupView(BaseModel):
    """A group; amounts in its own currency."""

    group_id: str
    name: str
    currency: str
    pooled_limit: Decimal | None
    members: list[str]
    exposure: Decimal | None
    """Of all members together; null in lists, or if a member's currency has no exchange rate."""

    @classmethod
    def of(cls, row: Any, exposure: Decimal | None) -> Self:
        limit = row["pooled_limit"]
        rounded = None if limit is None else round_half_up(limit, row["currency"])
        return cls.model_validate({**row, "pooled_limit": rounded, "exposure": exposure})


class GroupChanged(GroupView):
    """The group after the change, and the held orders that were released because of it."""

    released_orders: list[str]
