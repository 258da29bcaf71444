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


TRANSITIONS: Final[dict[tuple[CreditState, Cause], CreditState]] = {
    ("Active", Cause.AT_WARNING): "Warning",
    ("Active", Cause.AT_LIMIT): "AtLimit",
    ("Active", Cause.HOLD_REQUESTED): "Hold",
    ("Warning", Cause.BELOW_WARNING): "Active",
    ("Warning", Cause.AT_LIMIT): "AtLimit",
    ("Warning", Cause.HOLD_REQUESTED): "Hold",
    ("AtLimit", Cause.BELOW_WARNING): "Active",
    ("AtLimit", Cause.AT_WARNING): "Warning",
    ("AtLimit", Cause.ORDER_AT_LIMIT): "Hold",
    ("AtLimit", Cause.HOLD_REQUESTED): "Hold",
    ("Hold", Cause.BELOW_WARNING): "Active",
    ("Hold", Cause.AT_WARNING): "Warning",
    ("Hold", Cause.HOLD_LIFTED_AT_LIMIT): "AtLimit",
}
"""(state, cause) -> state. A pair that is not here changes nothing."""


def next_state(state: CreditState, cause: Cause) -> CreditState:
    """The state an account in `state` is in after `cause`."""
    return TRANSITIONS.get((state, cause), state)
