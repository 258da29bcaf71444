"""The policy document `credit_rules`: the marks of the account's states, and who may release how much."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.contracts.event import NonNegativeAmount

ReleasingRole = Literal["credit_analyst", "credit_manager"]


class CreditRules(BaseModel):
    """How far a customer's credit goes. Percentages are of the account's credit limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warning_percent: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)]
    at_limit_percent: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)]
    """Orders are approved up to here; above 100 an account may exceed its limit by that tolerance."""
    authority: dict[ReleasingRole, NonNegativeAmount | None]
    """The largest held order each role may release, in the order's currency; null: any. A role not named: none."""

    @model_validator(mode="after")
    def _warns_before_the_limit(self) -> Self:
        if self.warning_percent >= self.at_limit_percent:
            raise ValueError(
                f"warning_percent {self.warning_percent} must be below at_limit_percent {self.at_limit_percent}"
            )
        return self

    def may_release(self, roles: Collection[str], amount: Decimal) -> bool:
        """Whether a person with these roles may release a held order of `amount`."""
        if "admin" in roles:
            return True
        return any(role in roles and (most is None or amount <= most) for role, most in self.authority.items())
