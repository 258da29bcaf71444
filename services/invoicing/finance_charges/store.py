"""Finance charges as rows."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from services.invoicing.finance_charges.domain import FinanceCharge


def finance_charge_to_row(charge: FinanceCharge) -> tuple[Any, ...]:
    return (
        charge.customer_id, charge.charge_id, charge.charge_number, charge.series, charge.sequence_number,
        charge.company_id, charge.kind, charge.charge_date, charge.due_date, charge.currency, charge.amount,
        charge.reason, to_json(list(charge.items)).decode(),
    )  # fmt: skip
