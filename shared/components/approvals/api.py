"""Approvals over HTTP: pending and decided ones. The routes that request and decide are the service's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from shared.chassis.http import (
    Cursor,
    Limit,
    NotFound,
    Page,
    Person,
    ReadSession,
    decode_cursor,
    read_session,
    require_roles,
)
from shared.chassis.http.paging import day
from shared.components.approvals.domain import ApprovalState
from shared.components.approvals.schemas import ApprovalView
from shared.contracts.event import Identifier

router = APIRouter()

Viewer = Annotated[Person, require_roles()]
Db = Annotated[ReadSession, read_session()]


@router.get("/approvals")
async def list_approvals(
    *,
    viewer: Viewer,
    db: Db,
    state: ApprovalState | None = None,
    kind: Identifier | None = None,
    subject: Identifier | None = None,
    customer_id: Identifier | None = None,
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ApprovalView]:
    """Approvals in the order in which they were requested; with state=pending those to be decided."""
    position = decode_cursor(cursor, 2, day, str)
    rows = await db.fetch("list_approvals", *position, limit + 1, state, kind, subject, customer_id, company_id)
    return Page[ApprovalView].of(
        rows, limit, ApprovalView.of_row, lambda row: [row["requested_on"], row["approval_id"]]
    )


@router.get("/approvals/{approval_id}")
async def show_approval(approval_id: str, viewer: Viewer, db: Db) -> ApprovalView:
    """One approval."""
    row = await db.fetchrow("view_approval", approval_id)
    if row is None:
        raise NotFound(f"there is no approval {approval_id!r}: GET /approvals lists them")
    return ApprovalView.of_row(row)
