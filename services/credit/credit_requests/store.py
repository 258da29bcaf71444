"""The tables of credit requests and bureau reports, and rows of financial statements."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import astuple
from datetime import date
from typing import Any, Final

import asyncpg
from pydantic_core import to_json

from services.credit.credit_requests.domain.credit_requests import BureauReport, CreditRequest
from services.credit.credit_requests.domain.financial_statements import FinancialStatement
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up


def request_from_row(row: asyncpg.Record) -> CreditRequest:
    values = dict(row)
    for name in ("amount", "monthly_purchases", "granted_limit"):
        if values[name] is not None:
            values[name] = round_half_up(values[name], row["currency"])
    values["assessment"] = _parsed(row["assessment"])
    values["analysis"] = _parsed(row["analysis"])
    values["reasons"] = tuple(Reason.model_validate(reason) for reason in json.loads(row["reasons"]))
    return CreditRequest(**values)


def _request_to_row(request: CreditRequest) -> tuple[Any, ...]:
    r = request
    return (
        r.customer_id, r.request_id, r.company_id, r.kind, r.currency, r.amount, r.valid_until, r.monthly_purchases,
        r.requested_on, r.requested_by, r.state, r.steps, r.changed_on, r.risk_class, _written(r.assessment),
        r.report_id, r.report_asked_on, r.report_days_waited, r.statements_due_on, r.statements_expire_on,
        r.reminded_on, _written(r.analysis), r.first_approver, r.granted_limit, r.decided_on, r.decided_by,
        to_json(r.reasons).decode(), r.policy_version,
    )  # fmt: skip


def _parsed(document: str | None) -> Any:
    return None if document is None else json.loads(document)


def _written(document: Any) -> str | None:
    return None if document is None else to_json(document).decode()


REQUESTS: Final[Table[tuple[str, str], CreditRequest]] = Table(
    load="load_requests",
    save="save_requests",
    key=lambda request: (request.customer_id, request.request_id),
    from_row=request_from_row,
    to_row=_request_to_row,
)
REPORTS: Final[Table[tuple[str, str], BureauReport]] = Table(
    load="load_reports",
    save="save_reports",
    key=lambda report: (report.customer_id, report.report_id),
    from_row=lambda row: BureauReport(**row),
    to_row=lambda report: astuple(report),
)


def open_by_customer(requests: Iterable[CreditRequest]) -> dict[str, CreditRequest]:
    """Each customer's open request."""
    return {request.customer_id: request for request in requests if request.open}


def statement_row(
    request: CreditRequest, statement: FinancialStatement, entered_by: str, entered_on: date
) -> tuple[Any, ...]:
    """The row of `financial_statement`."""
    return (
        request.customer_id,
        request.request_id,
        statement.fiscal_year,
        entered_on,
        entered_by,
        statement.model_dump_json(),
    )
