"""Credit holds: loaded and saved."""

from __future__ import annotations

from typing import Final

from services.collections.credit_holds.domain import CreditHold
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table

_HOLD: Final = RowConversion(
    CreditHold,
    columns=(
        "customer_id", "hold_id", "promise_id", "requested_on", "reason", "lifted_on", "lifted_by", "lift_reason",
    ),
)  # fmt: skip
hold_from_row: Final = _HOLD.from_row

CREDIT_HOLDS = Table[tuple[str, str], CreditHold](
    load="load_holds",
    save="save_holds",
    key=lambda hold: (hold.customer_id, hold.hold_id),
    from_row=_HOLD.from_row,
    to_row=_HOLD.to_row,
)
