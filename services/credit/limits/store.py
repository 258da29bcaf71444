"""The table of credit files, and the history of limits."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any, Final

import asyncpg
from pydantic_core import to_json

from services.credit.accounts.domain.account import LimitChange
from services.credit.limits.domain.credit_file import CreditFile
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.credit import CreditLimitSet


def credit_file_from_row(row: asyncpg.Record) -> CreditFile:
    planned = tuple(_planned(limit) for limit in json.loads(row["planned_limits"]))
    values = {name: value for name, value in dict(row).items() if name not in ("planned_limits", "next_limit_on")}
    return CreditFile(**values, planned_limits=planned)


def _planned(limit: dict[str, Any]) -> LimitChange:
    until = limit["valid_until"]
    return LimitChange(
        takes_effect_on=date.fromisoformat(limit["takes_effect_on"]),
        currency=limit["currency"],
        credit_limit=Decimal(limit["credit_limit"]),
        valid_until=None if until is None else date.fromisoformat(until),
        set_by=limit["set_by"],
        reason=limit["reason"],
        request_id=limit["request_id"],
    )


def _credit_file_to_row(file: CreditFile) -> tuple[Any, ...]:
    return (
        file.customer_id,
        file.company_id,
        file.risk_class,
        file.reviewed_on,
        file.review_due_on,
        file.closed_on,
        to_json([asdict(limit) for limit in file.planned_limits]).decode(),
        file.next_limit_on,
    )


CREDIT_FILES: Final[Table[str, CreditFile]] = Table(
    load="load_credit_files",
    save="save_credit_files",
    key=lambda file: file.customer_id,
    from_row=credit_file_from_row,
    to_row=_credit_file_to_row,
)


def limit_row(event: CreditLimitSet) -> tuple[Any, ...]:
    """The row of `limit_history`."""
    return (
        event.customer_id,
        event.limit_version,
        event.currency,
        event.credit_limit,
        event.previous_limit,
        event.valid_from,
        event.valid_until,
        event.set_by,
        event.reason,
        event.request_id,
    )
