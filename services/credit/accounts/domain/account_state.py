"""The life of a credit account, as one table."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, get_args

from shared.contracts.credit import CreditState


class StateCause(StrEnum):
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


TRANSITIONS: Final[dict[tuple[CreditState, StateCause], CreditState]] = {
    ("Active", StateCause.AT_WARNING): "Warning",
    ("Active", StateCause.AT_LIMIT): "AtLimit",
    ("Active", StateCause.HOLD_REQUESTED): "Hold",
    ("Active", StateCause.SUSPENDED): "Suspended",
    ("Warning", StateCause.BELOW_WARNING): "Active",
    ("Warning", StateCause.AT_LIMIT): "AtLimit",
    ("Warning", StateCause.HOLD_REQUESTED): "Hold",
    ("Warning", StateCause.SUSPENDED): "Suspended",
    ("AtLimit", StateCause.BELOW_WARNING): "Active",
    ("AtLimit", StateCause.AT_WARNING): "Warning",
    ("AtLimit", StateCause.ORDER_AT_LIMIT): "Hold",
    ("AtLimit", StateCause.HOLD_REQUESTED): "Hold",
    ("AtLimit", StateCause.SUSPENDED): "Suspended",
    ("Hold", StateCause.BELOW_WARNING): "Active",
    ("Hold", StateCause.AT_WARNING): "Warning",
    ("Hold", StateCause.HOLD_LIFTED_AT_LIMIT): "AtLimit",
    ("Hold", StateCause.INCREASE_REQUESTED): "Review",
    ("Hold", StateCause.SUSPENDED): "Suspended",
    ("Review", StateCause.CREDIT_APPROVED): "Active",
    ("Review", StateCause.CREDIT_DECLINED): "Suspended",
    ("Review", StateCause.SUSPENDED): "Suspended",
    ("Suspended", StateCause.RESOLVED): "Review",
    ("Suspended", StateCause.WRITTEN_OFF): "Closed",
    ("Closed", StateCause.CREDIT_APPROVED): "Active",
}
"""(state, cause) -> state. A pair that is not listed changes nothing."""

WITHOUT_CREDIT: Final[frozenset[CreditState]] = frozenset({"Review", "Suspended", "Closed"})
"""States in which no order is approved or released automatically, whatever the headroom."""


def next_state(state: CreditState, cause: StateCause) -> CreditState:
    """The state of an account in `state` after `cause`."""
    return TRANSITIONS.get((state, cause), state)


def _check_table() -> None:
    """Raises ValueError for a misspelt state, a state that no account can leave, or a cause that moves no account."""
    states = set(get_args(CreditState))
    named = {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values()) | WITHOUT_CREDIT
    if named - states:
        raise ValueError(f"the table of account states names {sorted(named - states)}: use one of {sorted(states)}")
    if stuck := states - {state for state, _ in TRANSITIONS}:
        raise ValueError(f"no cause moves an account out of {sorted(stuck)}: add a transition")
    if unused := set(StateCause) - {cause for _, cause in TRANSITIONS}:
        raise ValueError(f"no account is moved by {sorted(unused)}: add a transition, or remove the cause")


_check_table()
