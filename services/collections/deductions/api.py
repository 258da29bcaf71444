"""Deductions over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date

from fastapi import APIRouter

from services.collections.access import Books, DeductionCommand, Reader
from services.collections.deductions.commands import OpenDeduction
from services.collections.deductions.schemas import DeductionView, GrantDeduction, State
from services.collections.work import CollectionsWork
from shared.chassis.http import Cursor, Limit, NotFound, Page, decode_cursor
from shared.chassis.http.schemas import WithReason
from shared.contracts.erp import DeductionReason
from shared.contracts.event import Identifier

router = APIRouter()


@router.get("/deductions")
async def list_deductions(
    *,
    person: Reader,
    db: Books,
    state: State | None = None,
    customer_id: Identifier | None = None,
    reason: DeductionReason | None = None,
    collector: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeductionView]:
    """What payers deducted, the oldest first."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("list_deductions", *position, None, customer_id, state, reason, collector, limit + 1)
    return Page.of(rows, limit, DeductionView.of, lambda row: [row["opened_on"], row["deduction_id"]])


@router.get("/deductions/{deduction_id:path}")
async def show_deduction(*, deduction_id: Identifier, person: Reader, db: Books) -> DeductionView:
    """One deduction."""
    row = await db.fetchrow("list_deductions", None, None, deduction_id, None, None, None, None, 1)
    if row is None:
        raise NotFound(f"there is no deduction {deduction_id!r}: see GET /deductions")
    return DeductionView.of(row)


@router.post("/deductions/{deduction_id:path}/review")
async def review_deduction(*, deduction_id: Identifier, body: WithReason, command: DeductionCommand) -> DeductionView:
    """Starts a review; also of a deduction that was charged back."""
    return await _run(deduction_id, body, command, OpenDeduction.start_review)


@router.post("/deductions/{deduction_id:path}/charge-back")
async def charge_back_deduction(
    *, deduction_id: Identifier, body: WithReason, command: DeductionCommand
) -> DeductionView:
    """The customer owes it: it is dunned as any other item."""
    return await _run(deduction_id, body, command, OpenDeduction.charge_back)


@router.post("/deductions/{deduction_id:path}/grant", status_code=202)
async def grant_deduction(
    *, deduction_id: Identifier, body: GrantDeduction, command: DeductionCommand
) -> DeductionView:
    """The customer is right: invoicing is asked for a credit memo. Above one's authority a second person approves."""
    return await _run(deduction_id, body, command, lambda case: case.grant(body.amount))


@router.post("/deductions/{deduction_id:path}/approve")
async def approve_grant(*, deduction_id: Identifier, body: WithReason, command: DeductionCommand) -> DeductionView:
    """A second person with enough authority approves the grant."""
    return await _run(deduction_id, body, command, OpenDeduction.approve)


@router.post("/deductions/{deduction_id:path}/decline")
async def decline_grant(*, deduction_id: Identifier, body: WithReason, command: DeductionCommand) -> DeductionView:
    """A second person declines the grant: the deduction is reviewed again."""
    return await _run(deduction_id, body, command, OpenDeduction.decline)


async def _run(
    deduction_id: str, body: WithReason, command: DeductionCommand, step: Callable[[OpenDeduction], Awaitable[None]]
) -> DeductionView:
    async def work(uow: CollectionsWork) -> DeductionView:
        case = await OpenDeduction.find(deduction_id, body.reason, command, uow)
        await step(case)
        return DeductionView.of_case(case.deduction, case.owed)

    return await command.run(work, body)
