"""Commands: what a person changes, in one transaction and once, however often the request is repeated."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar
from uuid import uuid5

import asyncpg
import structlog
from fastapi import Depends, FastAPI, Header, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json

from shared.chassis.auth import Person, known_roles
from shared.chassis.envelope import O2C_NAMESPACE
from shared.chassis.errors import RequestError, Unprocessable
from shared.chassis.http.people import Declared, permit
from shared.contracts.event import EventContext

if TYPE_CHECKING:
    from shared.chassis.runtime.service_runtime import ServiceRuntime

log = structlog.get_logger(__name__)

T = TypeVar("T")
Work = Callable[[Any], Awaitable[T]]

KEY_CHARACTERS_MAX: Final = 200
_ATTEMPTS_MAX: Final = 3
_TRACEPARENT: Final = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"Required, 1 to {KEY_CHARACTERS_MAX} characters: a repeat with the same key gets the same answer.",
    ),
]


class AnsweredBefore(Exception):
    """The request is a repeat; carries the answer it got the first time."""

    def __init__(self, status: int, answer: str) -> None:
        super().__init__("answered before")
        self.status = status
        self.answer = answer


class Command:
    """A person's request to change something. It can cause events, as an event does."""

    def __init__(self, request: Request, person: Person, key: str) -> None:
        self._running: ServiceRuntime = request.app.state.running
        self._request = request
        self._key = key
        self._what = f"{request.method} {request.url.path}"
        self.person = person
        self.id = uuid5(O2C_NAMESPACE, f"{person.name}/{self._running.service.name} {self._what}/{key}")
        """Follows from the person, the path and the key: a repeat causes the same ids."""
        correlation_id = request.state.given_correlation_id or self.id
        request.state.correlation_id = correlation_id
        structlog.contextvars.bind_contextvars(correlation_id=str(correlation_id))
        traceparent = request.headers.get("traceparent", "")
        self.context = EventContext(
            id=self.id,
            source=self._running.service.name,
            time=datetime.now(UTC),
            correlation_id=correlation_id,
            traceparent=traceparent if _TRACEPARENT.match(traceparent) else None,
        )

    async def run(self, work: Work[T], body: BaseModel | None = None) -> T:
        """Does `work` in one transaction and keeps its answer. An error in it undoes all, and the key is free again.

        A repeat gets the first answer (raised as AnsweredBefore, which the app turns into the response);
        Unprocessable where it comes with another body. A repeat at the same time waits for the first.
        """
        digest = self._digest(body)
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            try:
                async with self._running.unit_of_work() as uow:
                    return await self._once(uow, work, digest)
            except asyncpg.TransactionRollbackError as error:
                # PostgreSQL chose this transaction to end a deadlock; nothing of it happened.
                if attempt == _ATTEMPTS_MAX:
                    raise
                log.info("command is tried again", request=self._what, error=str(error), attempt=attempt)
        raise AssertionError("unreachable")

    async def answer_repeat(self, body: BaseModel | None = None) -> None:
        """Raises AnsweredBefore if this is a repeat; for commands whose work cannot be part of one transaction."""
        async with self._running.unit_of_work() as uow:
            kept = await uow.fetch("kept_answer", *self._identity)
            if kept:
                self._answer_again(kept[0], self._digest(body))

    @property
    def _identity(self) -> tuple[str, str, str]:
        return self.person.name, self._what, self._key

    async def _once(self, uow: Any, work: Work[T], digest: str) -> T:
        if not await uow.fetch("claim_idempotency_key", *self._identity, self.id, digest):
            kept = await uow.fetch("kept_answer", *self._identity)
            self._answer_again(kept[0], digest)
        answer = await work(uow)
        await uow.execute("keep_answer", *self._identity, self._status(), to_json(answer).decode())
        return answer

    def _answer_again(self, kept: Any, digest: str) -> None:
        if kept["body_sha256"] != digest:
            raise Unprocessable(
                f"the Idempotency-Key {self._key!r} was used before with another body: use a new key for a new request"
            )
        raise AnsweredBefore(kept["status"], kept["answer"])

    def _digest(self, body: BaseModel | None) -> str:
        content = b"" if body is None else to_json(body)
        query = self._request.url.query.encode()
        return hashlib.sha256(query + b"\n" + content).hexdigest()

    def _status(self) -> int:
        return getattr(self._request.scope.get("route"), "status_code", None) or 200


def command_for_roles(*roles: str) -> Any:
    """A dependency that gives the Command. Raises Forbidden, or a 400 where the Idempotency-Key is missing.

    admin may command everything.
    """
    allowed = known_roles(roles)

    async def command(request: Request, declared: Declared, idempotency_key: IdempotencyKey = None) -> Command:
        person = permit(request, allowed)
        if idempotency_key is None or not 1 <= len(idempotency_key) <= KEY_CHARACTERS_MAX:
            raise RequestError(
                f"the header Idempotency-Key is missing or not 1 to {KEY_CHARACTERS_MAX} characters long: "
                "send a new one, e.g. a UUID, with each new request, and the same one when repeating it"
            )
        return Command(request, person, idempotency_key)

    return Depends(command)


def register_repeats(app: FastAPI) -> None:
    """Has repeats answered with the first answer, marked by the header Idempotency-Replayed."""

    async def answer(request: Request, repeat: Any) -> Response:
        return Response(repeat.answer, repeat.status, {"Idempotency-Replayed": "true"}, "application/json")

    app.add_exception_handler(AnsweredBefore, answer)
