"""Sentences on changes of an account's state."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.credit.accounts.domain.account_state import StateCause
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


class StatusReason(StrEnum):
    """Codes of the reasons for which a person, or a write-off, moves an account."""

    SUSPENDED = "suspended"
    RESOLVED = "resolved"
    WRITTEN_OFF = "written-off"


CODE_OF_CAUSE: Final[dict[StateCause, StatusReason]] = {
    StateCause.SUSPENDED: StatusReason.SUSPENDED,
    StateCause.RESOLVED: StatusReason.RESOLVED,
    StateCause.WRITTEN_OFF: StatusReason.WRITTEN_OFF,
}
"""The moves that a person can make."""


def written_off(amount: Decimal, currency: str, document_number: str, on: date) -> Reason:
    text = f"{Money(amount, currency)} of {document_number} was written off on {on}."
    return Reason(code=StatusReason.WRITTEN_OFF, text=text)
