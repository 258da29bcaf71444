"""What every request passes through, outermost first: Observed, BodyLimited, SignedIn."""

from __future__ import annotations

import time
from typing import Final
from uuid import UUID, uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.chassis.auth import BadToken, KeysUnavailable, TokenVerifier
from shared.chassis.http import reference_page
from shared.chassis.http.problems import problem
from shared.chassis.observe.metrics import Metrics

log = structlog.get_logger(__name__)

CORRELATION_HEADER: Final = "X-Correlation-Id"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def needs_no_token(path: str) -> bool:
    """Probes and the metrics scraper carry no token, nor does a reader of the API reference page."""
    return path == "/metrics" or path.startswith("/health/") or reference_page.is_public(path)


class Observed:
    """Gives each request a correlation id, counts and times it by route, and answers unhandled errors."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        given = Headers(scope=scope).get(CORRELATION_HEADER)
        state["given_correlation_id"] = _uuid(given)
        state["correlation_id"] = state["given_correlation_id"] or uuid4()
        status = 500
        started = time.perf_counter()

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[CORRELATION_HEADER] = str(state["correlation_id"])
            await send(message)

        with structlog.contextvars.bound_contextvars(correlation_id=str(state["correlation_id"])):
            if given is not None and state["given_correlation_id"] is None:
                refusal = problem(scope, 400, f"the header {CORRELATION_HEADER} is not a UUID: {given[:60]!r}")
                await refusal(scope, receive, send_observed)
            else:
                await self._answer(scope, receive, send_observed)
        self._count(scope, status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = False

        async def send_noticed(message: Message) -> None:
            nonlocal answering
            answering = True
            await send(message)

        try:
            await self._app(scope, receive, send_noticed)
        except Exception:
            person = scope["state"].get("person")
            who = person.name if person else None
            log.exception("a request failed", method=scope["method"], path=scope["path"], person=who)
            if answering:
                raise
            identity = scope["state"]["correlation_id"]
            sentence = f"this service failed; find the reason in its log under the correlation id {identity}"
            await problem(scope, 500, sentence)(scope, receive, send)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        # Templates and known methods only: what a caller may invent must not become a time series.
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.http_requests.labels(method, route, str(status)).inc()
        self._metrics.http_seconds.labels(method, route).observe(seconds)


def _uuid(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None


class BodyTooLarge(HTTPException):
    def __init__(self, bytes_max: int) -> None:
        super().__init__(413, f"the body is too large: at most {bytes_max:,} bytes are accepted")


class BodyLimited:
    """Refuses bodies above the limit, by their declared length or while they arrive."""

    def __init__(
        self, app: ASGIApp, bytes_max: int, file_bytes_max: int = 0, file_paths: frozenset[str] = frozenset()
    ) -> None:
        """`file_paths` take a whole file as their body, up to `file_bytes_max`."""
        self._app = app
        self._bytes_max = bytes_max
        self._file_bytes_max = file_bytes_max
        self._file_paths = file_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bytes_max = self._file_bytes_max if scope["path"] in self._file_paths else self._bytes_max
        declared = Headers(scope=scope).get("content-length", "0")
        if not declared.isdecimal() or int(declared) > bytes_max:
            error = BodyTooLarge(bytes_max)
            await problem(scope, error.status_code, error.detail)(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > bytes_max:
                raise BodyTooLarge(bytes_max)
            return message

        await self._app(scope, receive_counted, send)


class SignedIn:
    """Refuses requests without a valid token, except for paths that need none; routes need not ask for it."""

    def __init__(self, app: ASGIApp, verifier: TokenVerifier, realm: str) -> None:
        self._app = app
        self._verifier = verifier
        self._realm = realm

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or needs_no_token(scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            person = await self._verifier.person(_bearer_token(scope))
        except BadToken as error:
            challenge = {"WWW-Authenticate": f'Bearer realm="{self._realm}", error="invalid_token"'}
            await problem(scope, 401, str(error), headers=challenge)(scope, receive, send)
            return
        except KeysUnavailable as error:
            log.warning("tokens cannot be checked", error=str(error.__cause__))
            await problem(scope, 503, str(error), headers={"Retry-After": "5"})(scope, receive, send)
            return
        scope["state"]["person"] = person
        with structlog.contextvars.bound_contextvars(person=person.name):
            await self._app(scope, receive, send)


def _bearer_token(scope: Scope) -> str:
    scheme, _, token = Headers(scope=scope).get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadToken("no token: send the header `Authorization: Bearer <token>` (locally, `o2c token` makes one)")
    return token.strip()
