"""The API reference page: Swagger UI from the service's own files, with no content delivery network.

The page and the document it shows need no token: they hold routes and schemas, which everybody can read in the
software itself, and no data. Every other route needs one: the page's Authorize box takes it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Response
from starlette.responses import FileResponse, HTMLResponse, JSONResponse

PATH: Final = "/docs"
DOCUMENT_PATH: Final = "/openapi.json"

_FILES: Final = Path(str(files("fastapi_offline"))) / "static"
_SHOWN: Final = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript", "favicon.png": "image/png"}
_CACHED_SECONDS: Final = 86_400
_SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: API reference</title>
<link rel="icon" href="docs/favicon.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="reference"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START: Final = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  persistAuthorization: false,
  validatorUrl: null,
  syntaxHighlight: { activated: false },
});
"""


def is_public(path: str) -> bool:
    """Whether the path belongs to the page."""
    return path in (PATH, DOCUMENT_PATH) or path.startswith(f"{PATH}/")


def reference_routes(app: FastAPI) -> APIRouter:
    """Routes for the page, its files and the OpenAPI document."""
    router = APIRouter()

    @router.get(DOCUMENT_PATH)
    async def openapi() -> JSONResponse:
        """This service's OpenAPI document."""
        return JSONResponse(app.openapi())

    @router.get(PATH)
    async def page() -> Response:
        """Routes and schemas to read and to try."""
        return HTMLResponse(_PAGE.format(title=app.title), headers=_SECURITY)

    @router.get(f"{PATH}/start.js")
    async def start() -> Response:
        """Starts Swagger UI; a file of its own, since the page allows no script in its text."""
        return Response(_START, media_type="text/javascript", headers=_SECURITY)

    for name, media_type in _SHOWN.items():
        router.add_api_route(f"{PATH}/{name}", _file(name, media_type), methods=["GET"])
    return router


def _file(name: str, media_type: str) -> Callable[..., Any]:
    async def file() -> FileResponse:
        caching = {"Cache-Control": f"max-age={_CACHED_SECONDS}", **_SECURITY}
        return FileResponse(_FILES / name, media_type=media_type, headers=caching)

    return file
