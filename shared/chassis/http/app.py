"""The HTTP application of a service: its own routes, those all services have, and what surrounds them."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI

from shared.chassis.auth import TokenVerifier
from shared.chassis.http import audit_trail, dead_letters, operations
from shared.chassis.http.backend import Backend
from shared.chassis.http.command import register_repeats
from shared.chassis.http.middleware import BodyLimited, Observed, SignedIn
from shared.chassis.http.policy_routes import policy_router
from shared.chassis.http.problems import MEDIA_TYPE, Problem, register_problems
from shared.chassis.http.reference_page import reference_routes

_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"model": Problem, "description": "What is wrong with the request, in a sentence."},
    "5XX": {"model": Problem, "description": "What is wrong with the service, in a sentence."},
}
_METHODS: Final = ("get", "put", "post", "patch", "delete")


class ServiceApp(FastAPI):
    """FastAPI with the problem media type and summaries from docstrings in its OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            document = super().openapi()
            for path in document["paths"].values():
                for operation in (path[method] for method in _METHODS if method in path):
                    _describe(operation)
        return super().openapi()


def _describe(operation: dict[str, Any]) -> None:
    summary, _, rest = operation.get("description", "").partition("\n")
    if summary:
        operation["summary"] = summary.strip()
        operation["description"] = rest.strip() or summary.strip()
    for status, response in operation["responses"].items():
        content = response.get("content", {})
        if status in _PROBLEMS and "application/json" in content:
            content[MEDIA_TYPE] = content.pop("application/json")


def create_app(backend: Backend) -> FastAPI:
    """The application of a running service. Raises ConfigurationError where tokens could not be checked."""
    service, settings = backend.service, backend.settings
    secret = settings.token_secret
    verifier = TokenVerifier(
        secret=secret.get_secret_value() if secret is not None else None,
        jwks_url=settings.token_jwks_url,
        issuer=settings.token_issuer,
        audience=settings.token_audience,
    )
    app = ServiceApp(
        title=service.title,
        version="1",
        # Served below, from files of its own: FastAPI's pages load scripts from elsewhere.
        openapi_url=None,
        redirect_slashes=False,
        responses=_PROBLEMS,
    )
    app.state.backend = backend
    app.include_router(service.router, tags=[service.name])
    for component in service.components:
        app.include_router(component.router, tags=[component.name])
    app.include_router(policy_router(service.policies), tags=["policies"])
    app.include_router(audit_trail.router, tags=["audit"])
    app.include_router(dead_letters.router, tags=["dead letters"])
    app.include_router(operations.router, tags=["operations"])
    app.include_router(reference_routes(app), include_in_schema=False)
    register_problems(app)
    register_repeats(app)
    # The one added last is the outermost.
    app.add_middleware(SignedIn, verifier=verifier, realm=service.name)
    app.add_middleware(
        BodyLimited,
        bytes_max=settings.http_body_bytes_max,
        file_bytes_max=settings.http_file_bytes_max,
        file_paths=service.file_paths,
    )
    app.add_middleware(Observed, metrics=backend.metrics)
    return app
