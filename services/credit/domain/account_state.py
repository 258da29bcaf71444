"""The life of a credit account, as one table."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from shared.contracts.credit import CreditState


class Cause(StrEnum):
    """What can move an account, in the words that CreditStateChanged gives."""

    BELOW_WARNING = "exposure is below the warning mark"
    AT_WARNING = "exposure is at or above the warning mark"
    AT_LIMIT = "exposure is at or above the limit"
    ORDER_AT_LIMIT = "a new order came while exposure was at the limit"
    HOLD_REQUESTED = "collections asked for a hold"
    HOLD_LIFTED_AT_LIMIT = "the last hold was lifted, exposure is at the limit"
    INCREASE_REQUESTED = "a higher limit was asked for"
    CREDIT_APPROVED = "credit was approved"
    CREDIT_DECLINED = "credit was declined"
    SUSPENDED = "a person suspended the account"
    RESOLVED = "what the account was suspended for is resolved"
    WRITTEN_OFF = "what was owed is written off"


TRANSITIONS: Final[dict[tuple[CreditState, Cause], CreditState]] = {
    ("Active", Cause.AT_WARNING): "Warning",
    ("Active", Cause.AT_LIMIT): "AtLimit",
    ("Active", Cause.HOLD_REQUESTED): "Hold",
    ("Active", Cause.SUSPENDED): "Suspended",
    ("Warning", Cause.BELOW_WARNING): "Active",
    ("Warning", Cause.AT_LIMIT): "AtLimit",
    ("Warning", Cause.HOLD_REQUESTED): "Hold",
    ("Warning", Cause.SUSPENDED): "Suspended",
    ("AtLimit", Cause.BELOW_WARNING): "Active",
    ("AtLimit", Cause.AT_WARNING): "Warning",
    ("AtLimit", Cause.ORDER_AT_LIMIT): "Hold",
    ("AtLimit", Cause.HOLD_REQUESTED): "Hold",
    ("AtLimit", Cause.SUSPENDED): "Suspended",
    ("Hold", Cause.BELOW_WARNING): "Active",
    ("Hold", Cause.AT_WARNING): "Warning",
    ("Hold", Cause.HOLD_LIFTED_AT_LIMIT): "AtLimit",
    ("Hold", Cause.INCREASE_REQUESTED): "Review",
    ("Hold", Cause.SUSPENDED): "Suspended",
    ("Review", Cause.CREDIT_APPROVED): "Active",
    ("Review", Cause.CREDIT_DECLINED): "Suspended",
    ("Review", Cause.SUSPENDED): "Suspended",
    ("Suspended", Cause.RESOLVED): "Review",
    ("Suspended", Cause.WRITTEN_OFF): "Closed",
    ("Closed", Cause.CREDIT_APPROVED): "Active",
}
"""(state, cause) -> state. A pair that is not here changes nothing."""

WITHOUT_CREDIT: Final[frozenset[CreditState]] = frozenset({"Review", "Suspended", "Closed"})
"""States in which no order goes on by itself, whatever the headroom."""


def next_state(state: CreditState, cause: Cause) -> CreditState:
    """The state an account in `state` is in after `cause`."""
    return TRANSITIONS.get((state, cause), state)
