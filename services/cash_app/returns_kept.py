"""How returns are kept."""

from __future__ import annotations

from typing import Any, Final

import asyncpg

from services.cash_app.domain.returns import Return
from shared.chassis.transaction.unit_of_work import Table
from shared.kernel.money import round_half_up


def return_from_row(row: asyncpg.Record) -> Return:
    values = dict(row)
    values["amount"] = round_half_up(values["amount"], values["currency"])
    return Return(**values)


def return_to_row(returned: Return) -> tuple[Any, ...]:
    return (
        returned.return_id,
        returned.bank_reference,
        returned.original_bank_reference,
        returned.company_id,
        returned.customer_id,
        returned.payer_account,
        returned.currency,
        returned.amount,
        returned.value_date,
        returned.reason_code,
        returned.reason,
        returned.state,
        returned.payment_id,
        returned.note,
        returned.movements,
        returned.matches,
    )


RETURNS: Final = Table[str, Return](
    load="load_returns",
    save="save_returns",
    key=lambda returned: returned.return_id,
    from_row=return_from_row,
    to_row=return_to_row,
)
