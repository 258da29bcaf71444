"""Commands over HTTP: a route names the roles and gets the Command; a repeat gets the first answer."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends, FastAPI, Header, Request, Response

from shared.chassis.auth import known_roles
from shared.chassis.errors import RequestError
from shared.chassis.http.backend import backend
from shared.chassis.http.people import Declared, permit
from shared.chassis.transaction import command
from shared.chassis.transaction.command import AnsweredBefore, Command

KEY_CHARACTERS_MAX: Final = 200
_TRACEPARENT: Final = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"Required, 1 to {KEY_CHARACTERS_MAX} characters: a repeat with the same key gets the same answer.",
    ),
]


def command_for_roles(*roles: str) -> Any:
    """A dependency that gives the Command. Raises Forbidden, or a 400 where the Idempotency-Key is missing.

    admin may command everything.
    """
    allowed = known_roles(roles)

    async def commanded(request: Request, declared: Declared, idempotency_key: IdempotencyKey = None) -> Command:
        person = permit(request, allowed)
        if idempotency_key is None or not 1 <= len(idempotency_key) <= KEY_CHARACTERS_MAX:
            raise RequestError(
                f"the header Idempotency-Key is missing or not 1 to {KEY_CHARACTERS_MAX} characters long: "
                "send a new one, e.g. a UUID, with each new request, and the same one when repeating it"
            )
        made = Command(backend(request).transactions, person, _asked(request, idempotency_key))
        request.state.correlation_id = made.context.correlation_id
        structlog.contextvars.bind_contextvars(correlation_id=str(made.context.correlation_id))
        return made

    return Depends(commanded)


def _asked(request: Request, key: str) -> command.Request:
    traceparent = request.headers.get("traceparent", "")
    return command.Request(
        what=f"{request.method} {request.url.path}",
        key=key,
        parameters=request.url.query,
        status=getattr(request.scope.get("route"), "status_code", None) or 200,
        correlation_id=request.state.given_correlation_id,
        traceparent=traceparent if _TRACEPARENT.match(traceparent) else None,
    )


def register_repeats(app: FastAPI) -> None:
    """Has repeats answered with the first answer, marked by the header Idempotency-Replayed."""

    async def answer(request: Request, repeat: Any) -> Response:
        return Response(repeat.answer, repeat.status, {"Idempotency-Replayed": "true"}, "application/json")

    app.add_exception_handler(AnsweredBefore, answer)
