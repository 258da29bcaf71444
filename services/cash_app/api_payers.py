"""What clerks taught about payers by assigning their money, over HTTP: seen by readers, revoked by clerks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from services.cash_app.store import CashWork
from shared.chassis.http import (
    Command,
    Cursor,
    Limit,
    NotFound,
    Page,
    Person,
    ReadSession,
    command_for_roles,
    decode_cursor,
    read_session,
    require_roles,
)
from shared.contracts.event import Identifier

router = APIRouter()


class Lesson(BaseModel):
    """A payer's name (`alias`) or account that a clerk said is a customer's, and who said it when."""

    lesson_id: int
    kind: Literal["alias", "account"]
    written: str
    """The name or account as the bank wrote it."""
    customer_id: str
    payment_id: str
    taught_by: str
    taught_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None


class Revoked(BaseModel):
    lesson_id: int
    kind: Literal["alias", "account"]
    written: str
    customer_id: str


@router.get("/payer-lessons")
async def lessons(
    person: Annotated[
        Person, require_roles("cash_clerk", "controller", "collector", "credit_analyst", "credit_manager")
    ],
    db: Annotated[ReadSession, read_session()],
    customer_id: Identifier | None = None,
    kind: Literal["alias", "account"] | None = None,
    revoked: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Lesson]:
    """What was taught, the latest first; with `revoked` also what holds no longer."""
    (before,) = decode_cursor(cursor, 1, int) if cursor else (None,)
    rows = await db.fetch("view_lessons", customer_id, kind, revoked, before, limit + 1)
    return Page[Lesson].of(rows, limit, lambda row: Lesson(**row), lambda row: (row["lesson_id"],))


@router.delete("/payer-lessons/{lesson_id}")
async def revoke(lesson_id: int, command: Annotated[Command, command_for_roles("cash_clerk", "controller")]) -> Revoked:
    """The name or account identifies nobody any more; what was applied by it stays."""

    async def work(uow: CashWork) -> Revoked:
        rows = await uow.fetch("revoke_lesson", lesson_id, command.person.name)
        if not rows:
            raise NotFound(f"there is no lesson {lesson_id} that still holds: GET /payer-lessons lists those")
        revoked = Revoked(**rows[0])
        before = {"customer_id": revoked.customer_id, revoked.kind: revoked.written}
        uow.audit(command, action="revoke_lesson", subject=str(lesson_id), before=before, after={})
        return revoked

    return await command.run(work)
