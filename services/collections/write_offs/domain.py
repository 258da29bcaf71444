"""Write-offs: what of an item may be written off, and who may approve it."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.contracts.event import NonNegativeAmount
from shared.kernel.money import Money, is_exact


class WriteOffAuthority(BaseModel):
    """The policy document `write_off_authority`: who may approve which write-off.

    The largest amount each role may approve, in the item's currency; null: any. A role that is not named: none.
    The requester never approves the own request, whatever their authority.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: dict[Literal["credit_manager", "controller"], NonNegativeAmount | None]


class WriteOffNotPossible(ValueError):
    """The amount is more than is open on the item, or not exact in its currency; the sentence names both."""


def check_amount(amount: Decimal, *, open_amount: Decimal, currency: str, document_number: str) -> None:
    """Checks how much of an item is to be written off. Raises WriteOffNotPossible."""
    if amount > open_amount or not is_exact(amount, currency):
        raise WriteOffNotPossible(
            f"{amount:,} {currency} cannot be written off: {Money(open_amount, currency)} is owed on {document_number}"
        )
