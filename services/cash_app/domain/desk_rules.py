"""The policy document `desk_rules`: who may give up or pay back how much, duplicates, and the fee for a return."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Currency, NonNegativeAmount, PositiveAmount

DeskRole = Literal["cash_clerk", "controller", "credit_manager"]
Authority = dict[DeskRole, NonNegativeAmount | None]
"""The largest amount each role may decide on, in the currency of the item or payment; null: any. Not named: none."""


class ReturnFee(BaseModel):
    """What a customer is charged when the bank takes a payment back; in a currency not named: nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    amounts: dict[Currency, PositiveAmount]
    due_days: Annotated[int, Field(ge=0, le=365)]


class DeskRules(BaseModel):
    """What clerks may do alone, and what the desk does by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    write_off_authority: Authority
    """Within it a write-off is posted at once; above it a second person with enough authority approves."""
    refund_authority: Authority
    """How much a second person may approve to be paid back. No refund is paid without one."""
    duplicate_days: Annotated[int, Field(ge=0, le=60)]
    """Value dates this far apart may still be the same payment told twice."""
    items_of_others: Literal["never", "family", "any"] = "family"
    """Whose items a clerk may settle with a customer's money: of nobody else, of a parent and those it pays for, or of
    anybody; the money goes there in the same step."""
    told_again: Literal["hold", "apply"] = "hold"
    """Money with the trace number, bank reference or, from another source, account and value date of money that came
    before: held for a person, or applied like any other."""
    return_fee: ReturnFee

    def may_write_off(self, roles: Collection[str], amount: Decimal) -> bool:
        return _covers(self.write_off_authority, roles, amount)

    def may_refund(self, roles: Collection[str], amount: Decimal) -> bool:
        return _covers(self.refund_authority, roles, amount)


def _covers(authority: Authority, roles: Collection[str], amount: Decimal) -> bool:
    if "admin" in roles:
        return True
    return any(role in roles and (most is None or amount <= most) for role, most in authority.items())
