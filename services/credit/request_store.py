"""How credit keeps requests, bureau reports and credit files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, astuple
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import asyncpg
from pydantic_core import to_json

from services.credit.domain.credit_file import CreditFile, PlannedLimit
from services.credit.domain.credit_requests import BureauReport, CreditRequest
from services.credit.domain.request_policy import RequestPolicy
from services.credit.domain.scorecard import Scorecard
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

_POLICIES: Final = Path(__file__).parent / "policies"
CREDIT_REQUESTS: Final = PolicyKind(
    name="credit_requests",
    document=RequestPolicy,
    default=_POLICIES / "credit_requests.json",
    changed_by=("credit_manager",),
)
CREDIT_SCORECARD: Final = PolicyKind(
    name="credit_scorecard",
    document=Scorecard,
    default=_POLICIES / "credit_scorecard.json",
    changed_by=("credit_manager",),
)


def request_from_row(row: asyncpg.Record) -> CreditRequest:
    values = dict(row)
    for name in ("amount", "monthly_purchases", "granted_limit"):
        if values[name] is not None:
            values[name] = round_half_up(values[name], row["currency"])
    values["assessment"] = _parsed(row["assessment"])
    values["analysis"] = _parsed(row["analysis"])
    values["reasons"] = tuple(Reason.model_validate(reason) for reason in json.loads(row["reasons"]))
    return CreditRequest(**values)


def request_to_row(request: CreditRequest) -> tuple[Any, ...]:
    r = request
    return (
        r.customer_id, r.request_id, r.company_id, r.kind, r.currency, r.amount, r.valid_until, r.monthly_purchases,
        r.requested_on, r.requested_by, r.state, r.steps, r.changed_on, r.risk_class, _written(r.assessment),
        r.report_id, r.report_asked_on, r.report_days_waited, r.statements_due_on, r.statements_expire_on,
        r.reminded_on, _written(r.analysis), r.first_approver, r.granted_limit, r.decided_on, r.decided_by,
        to_json(r.reasons).decode(), r.policy_version,
    )  # fmt: skip


def file_from_row(row: asyncpg.Record) -> CreditFile:
    planned = tuple(_planned(limit) for limit in json.loads(row["planned_limits"]))
    values = {name: value for name, value in dict(row).items() if name not in ("planned_limits", "next_limit_on")}
    return CreditFile(**values, planned_limits=planned)


def _planned(limit: dict[str, Any]) -> PlannedLimit:
    until = limit["valid_until"]
    return PlannedLimit(
        takes_effect_on=date.fromisoformat(limit["takes_effect_on"]),
        credit_limit=Decimal(limit["credit_limit"]),
        valid_until=None if until is None else date.fromisoformat(until),
        set_by=limit["set_by"],
        reason=limit["reason"],
        request_id=limit["request_id"],
    )


def file_to_row(file: CreditFile) -> tuple[Any, ...]:
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


def _parsed(document: str | None) -> Any:
    return None if document is None else json.loads(document)


def _written(document: Any) -> str | None:
    return None if document is None else to_json(document).decode()


REQUESTS: Final[Table[tuple[str, str], CreditRequest]] = Table(
    load="load_requests",
    save="save_requests",
    key=lambda request: (request.customer_id, request.request_id),
    from_row=request_from_row,
    to_row=request_to_row,
)
REPORTS: Final[Table[tuple[str, str], BureauReport]] = Table(
    load="load_reports",
    save="save_reports",
    key=lambda report: (report.customer_id, report.report_id),
    from_row=lambda row: BureauReport(**row),
    to_row=lambda report: astuple(report),
)
FILES: Final[Table[str, CreditFile]] = Table(
    load="load_files",
    save="save_files",
    key=lambda file: file.customer_id,
    from_row=file_from_row,
    to_row=file_to_row,
)


def still_open(requests: Iterable[CreditRequest]) -> dict[str, CreditRequest]:
    """Each customer's open request."""
    return {request.customer_id: request for request in requests if request.open}
