"""Dead letters over HTTP: what could not be handled, why, and again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.chassis.auth import Person
from shared.chassis.consume.dead_letter_replay import DeadLetterReplay
from shared.chassis.errors import Conflict, NotFound
from shared.chassis.http.backend import dead_letter_replay
from shared.chassis.http.command import command_for_roles
from shared.chassis.http.paging import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.people import require_roles
from shared.chassis.http.reading import ReadSession, read_session
from shared.chassis.transaction.command import Command

router = APIRouter()


class DeadLetter(BaseModel):
    """A record that could not be handled."""

    event_id: UUID
    topic: str
    partition: int
    offset: int
    reason: str
    """A sentence a person understands."""
    error: str
    attempts: int
    first_at: datetime
    last_at: datetime
    replayed_at: datetime | None
    replayed_by: str | None


class DeadLetterContent(DeadLetter):
    """A dead letter with what it carried. Bytes that are not UTF-8 are shown escaped."""

    key: str | None
    headers: dict[str, Any]
    body: str


class Replayed(BaseModel):
    event_id: UUID
    status: str


@router.get("/dead-letters")
async def list_dead_letters(
    person: Annotated[Person, require_roles("admin", "controller")],
    db: Annotated[ReadSession, read_session()],
    topic: Annotated[str | None, Query(max_length=200, description="Only those of this topic.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeadLetter]:
    """Events this service could not handle and that were not replayed yet."""
    (after,) = decode_cursor(cursor, 1, UUID)
    rows = await db.fetch("list_dead_letters", after, limit + 1, topic)
    return Page[DeadLetter].of(rows, limit, _dead_letter, lambda row: [row["event_id"]])


def _dead_letter(row: Any) -> DeadLetter:
    return DeadLetter.model_validate(dict(row))


@router.get("/dead-letters/{event_id}")
async def show_dead_letter(
    event_id: UUID,
    person: Annotated[Person, require_roles("admin", "controller")],
    db: Annotated[ReadSession, read_session()],
) -> DeadLetterContent:
    """One dead letter with its headers and body."""
    row = await db.fetchrow("view_dead_letter", event_id)
    if row is None:
        raise NotFound(f"there is no dead letter {event_id}: GET /dead-letters lists them")
    headers = row["headers"]
    return DeadLetterContent.model_validate(
        {
            **dict(row),
            "key": _text(row["key"]),
            "headers": json.loads(headers) if isinstance(headers, str) else headers,
            "body": _text(row["body"]),
        }
    )


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("utf-8", "backslashreplace")


@router.post("/dead-letters/{event_id}/replay")
async def replay_dead_letter(
    event_id: UUID,
    replay: Annotated[DeadLetterReplay, dead_letter_replay()],
    command: Annotated[Command, command_for_roles("admin")],
) -> Replayed:
    """Handles the event again; once only, however often it is asked for.

    409 with the reason where it fails again; it then stays a dead letter.
    """
    await command.answer_repeat()
    # The replay has transactions of its own and happens once by itself, so it goes before the command's.
    outcome = await replay.replay(event_id, by=command.person.name)
    if outcome.status == "failed":
        raise Conflict(f"the event {event_id} could not be handled this time either: {outcome.error}")

    async def work(uow: Any) -> Replayed:
        replayed = Replayed(event_id=event_id, status=outcome.status)
        uow.audit(command, action="replay_dead_letter", subject=str(event_id), before=None, after=replayed)
        return replayed

    return await command.run(work)
