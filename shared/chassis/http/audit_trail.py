"""The audit trail over HTTP."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.chassis.auth import Person
from shared.chassis.http.paging import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.people import require_roles
from shared.chassis.http.reading import ReadSession, read_session

router = APIRouter()

Filter = Annotated[str | None, Query(max_length=200)]


class AuditEntry(BaseModel):
    """One change: who, when, of what, from what to what."""

    entry_id: int
    at: datetime
    person: str
    roles: list[str]
    action: str
    subject: str
    before: Any
    after: Any
    command_id: UUID
    correlation_id: UUID


@router.get("/audit")
async def list_audit_entries(
    *,
    viewer: Annotated[Person, require_roles("controller")],
    db: Annotated[ReadSession, read_session()],
    subject: Filter = None,
    person: Filter = None,
    action: Filter = None,
    from_date: Annotated[date | None, Query(description="First day, by the server's calendar (UTC).")] = None,
    to_date: Annotated[date | None, Query(description="Last day, included.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AuditEntry]:
    """What people changed in this service, newest first."""
    (before_id,) = decode_cursor(cursor, 1, int)
    rows = await db.fetch("list_audit_entries", before_id, limit + 1, subject, person, action, from_date, to_date)
    return Page[AuditEntry].of(rows, limit, _entry, lambda row: [row["entry_id"]])


def _entry(row: Any) -> AuditEntry:
    values = dict(row)
    for side in ("before", "after"):
        values[side] = None if values[side] is None else json.loads(values[side])
    return AuditEntry.model_validate(values)
