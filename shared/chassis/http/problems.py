"""Errors as problem documents (RFC 9457): what is wrong, with which value, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import Scope

from shared.chassis.errors import RequestError
from shared.chassis.transaction.transient_errors import is_transient
from shared.kernel.authority import AuthorityExceeded, RequesterCannotApprove

log = structlog.get_logger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
_VALUE_SHOWN_MAX: Final = 100
_ERRORS_SHOWN_MAX: Final = 50
_RETRY_AFTER_SECONDS: Final = "2"

_UNFIT_VALUES: Final = (
    asyncpg.CharacterNotInRepertoireError,
    asyncpg.UntranslatableCharacterError,
    asyncpg.NumericValueOutOfRangeError,
)


class FieldProblem(BaseModel):
    """One field of a request that cannot be accepted."""

    field: str
    value: str | None = None
    message: str


class Problem(BaseModel):
    """A problem document. `detail` is a sentence for the person who asked."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    correlation_id: UUID | None = None
    errors: list[FieldProblem] | None = None


def problem(
    scope: Scope,
    status: int,
    detail: str,
    *,
    errors: Sequence[FieldProblem] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem as a response to the request of `scope`."""
    phrase = HTTPStatus(status).phrase
    document = Problem(
        type=f"urn:o2c:problem:{phrase.lower().replace(' ', '-')}",
        title=phrase,
        status=status,
        detail=detail,
        instance=scope["path"],
        correlation_id=scope.get("state", {}).get("correlation_id"),
        errors=list(errors) or None,
    )
    return Response(document.model_dump_json(exclude_none=True), status, headers, MEDIA_TYPE)


def register_problems(app: FastAPI) -> None:
    """Has every error of a request answered as a problem document."""
    app.add_exception_handler(RequestError, _request_error)
    app.add_exception_handler(AuthorityExceeded, _not_authorized)
    app.add_exception_handler(RequesterCannotApprove, _not_authorized)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(asyncpg.PostgresError, _database_error)
    app.add_exception_handler(asyncpg.InterfaceError, _database_error)
    app.add_exception_handler(OSError, _database_error)


async def _request_error(request: Request, error: Any) -> Response:
    return problem(request.scope, error.status, str(error))


async def _not_authorized(request: Request, error: Any) -> Response:
    return problem(request.scope, 403, str(error))


async def _validation_error(request: Request, error: Any) -> Response:
    faults = error.errors()
    errors = [
        FieldProblem(
            field=".".join(str(part) for part in fault["loc"]),
            value=_shown(fault),
            message=fault["msg"].removeprefix("Value error, "),
        )
        for fault in faults[:_ERRORS_SHOWN_MAX]
    ]
    shown = "; ".join(f"{e.field}: {e.message}" for e in errors[:3]) + ("; ..." if len(faults) > 3 else "")
    return problem(request.scope, 422, f"the request cannot be accepted: {shown}", errors=errors)


def _shown(fault: dict[str, Any]) -> str | None:
    if fault["type"] in ("missing", "json_invalid"):
        return None
    value = fault.get("input")
    shown = value if isinstance(value, str) else repr(value)
    return shown if len(shown) <= _VALUE_SHOWN_MAX else shown[:_VALUE_SHOWN_MAX] + "..."


async def _http_exception(request: Request, error: Any) -> Response:
    method, path = request.method, request.url.path
    sentences = {
        404: f"there is nothing at {path}: see /openapi.json for what this service serves",
        405: f"{path} does not take {method}: see /openapi.json for what it takes",
    }
    generic = error.detail in (None, HTTPStatus(error.status_code).phrase)
    detail = sentences.get(error.status_code, str(error.detail)) if generic else str(error.detail)
    return problem(request.scope, error.status_code, detail, headers=dict(error.headers or {}))


async def _database_error(request: Request, error: Any) -> Response:
    # The client's own complaint about an argument has the bare class; the server's have subclasses.
    if isinstance(error, _UNFIT_VALUES) or type(error) is asyncpg.DataError:
        log.warning("a value of a request does not fit its field", error=str(error))
        return problem(
            request.scope,
            422,
            "a value of the request does not fit its field: check the cursor and the size of numbers, "
            "and leave out NUL characters",
        )
    if is_transient(error):
        log.warning("the database could not answer a request", error=f"{type(error).__name__}: {error}")
        return problem(
            request.scope,
            503,
            "the database could not answer in time: try again shortly, or ask for less",
            headers={"Retry-After": _RETRY_AFTER_SECONDS},
        )
    raise error
