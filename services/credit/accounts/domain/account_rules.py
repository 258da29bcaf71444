"""The part of the policy `credit_rules` that concerns the account itself: marks of its states, and its exposure."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.contracts.erp import PaymentMethod
from shared.contracts.event import Percent

CollateralKind = Literal["guarantee", "insurance", "deposit"]
Days = Annotated[int, Field(ge=0, le=3650)]

_COUNTED_IN_FULL: dict[CollateralKind, Decimal] = {
    "guarantee": Decimal(100), "insurance": Decimal(100), "deposit": Decimal(100),
}  # fmt: skip


class ExposureRules(BaseModel):
    """What counts as exposure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_tax_counts: bool = True
    """Whether open orders count with their tax."""
    clearing_days: dict[PaymentMethod, Days] = Field(default_factory=dict)
    """How long a payment by this method still counts as owed after it was applied. A method not listed: 0 days."""
    on_account_counts: bool = True
    """Whether money on the customer's account lowers exposure."""
    collateral_percent: dict[CollateralKind, Percent] = Field(default_factory=lambda: dict(_COUNTED_IN_FULL))
    """How much of each kind of collateral lowers exposure. A kind not listed: nothing."""
    without_rate: Literal["hold", "leave_out"] = "hold"
    """An account that owes in a currency without exchange rate: hold its orders, or leave that currency out."""


class AccountRules(BaseModel):
    """Percentages are of the account's credit limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warning_percent: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)]
    at_limit_percent: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)]
    """Orders are approved up to here; above 100 an account may exceed its limit by that tolerance."""
    exposure: ExposureRules = ExposureRules()
    write_off_closes: bool = True
    """A suspended account is closed when an item of it is written off. False: a person closes it."""

    @model_validator(mode="after")
    def _warning_is_below_limit(self) -> Self:
        if self.warning_percent >= self.at_limit_percent:
            raise ValueError(
                f"warning_percent {self.warning_percent} must be below at_limit_percent {self.at_limit_percent}"
            )
        return self
