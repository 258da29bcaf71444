"""The table of holds, and the history of account states."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any, Final

from pydantic_core import to_json

from services.credit.account_status.domain.holds import Hold
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.credit import CreditStateChanged

HOLDS: Final[Table[tuple[str, str], Hold]] = Table(
    load="load_holds",
    save="save_holds",
    key=lambda hold: (hold.customer_id, hold.hold_id),
    from_row=lambda row: Hold(**row),
    to_row=lambda hold: astuple(hold),
)


def state_row(event: CreditStateChanged) -> tuple[Any, ...]:
    """The row of `state_history` for a move of an account."""
    return (
        event.customer_id,
        event.state_version,
        event.old_state,
        event.new_state,
        event.cause,
        event.business_date,
        to_json(event.reasons).decode(),
        event.exposure,
        event.credit_limit,
    )
