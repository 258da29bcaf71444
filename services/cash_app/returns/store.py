"""Returns as rows."""

from __future__ import annotations

from typing import Any, Final

import asyncpg

from services.cash_app.returns.domain import Return
from services.cash_app.work import CashWork
from shared.chassis.transaction.unit_of_work import Aggregates, Table
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
        returned.fee_item_id,
        returned.claim_item_id,
    )


RETURNS: Final = Table[str, Return](
    load="load_returns",
    save="save_returns",
    key=lambda returned: returned.return_id,
    from_row=return_from_row,
    to_row=return_to_row,
)


def returns_of(uow: CashWork) -> Aggregates[str, Return]:
    """The returns of a unit of work."""
    return uow.further_aggregates(RETURNS)
