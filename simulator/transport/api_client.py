"""A person's access to a service over HTTP; calls are repeated while a service restarts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx

_ATTEMPTS_MAX: Final = 36
"""With growing pauses, two minutes in all: a service that died is back by then."""
_PAGE_ROWS: Final = 200


class ApiClient:
    """A person's access to one service."""

    def __init__(self, client: httpx.AsyncClient, url: str, token: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._authorization = {"Authorization": f"Bearer {token}"}

    async def rows(self, path: str, most: int | None = None, **filters: Any) -> list[dict[str, Any]]:
        """All rows of a list, or its first `most`."""
        rows: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = await self._ask("GET", path, params={**filters, "limit": _PAGE_ROWS, "cursor": cursor})
            rows += page["items"]
            cursor = page["next_cursor"]
            if cursor is None or (most is not None and len(rows) >= most):
                return rows[:most]

    async def one(self, path: str, **filters: Any) -> dict[str, Any]:
        """What one address shows."""
        return dict(await self._ask("GET", path, params=filters))

    async def all_of(self, path: str) -> list[dict[str, Any]]:
        """A list that is shown whole."""
        return list(await self._ask("GET", path))

    async def command(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        return dict(await self._ask("POST", path, json=body, headers={"Idempotency-Key": key}))

    async def keep(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        return dict(await self._ask("PUT", path, json=body, headers={"Idempotency-Key": key}))

    async def send_file(self, path: str, name: str, content: bytes, key: str) -> dict[str, Any]:
        headers = {"Idempotency-Key": key, "Content-Type": "application/octet-stream"}
        return dict(await self._ask("POST", path, params={"name": name}, content=content, headers=headers))

    async def _ask(self, method: str, path: str, **request: Any) -> Any:
        """Raises RuntimeError with the service's own sentence where it refuses."""
        headers = {**self._authorization, **request.pop("headers", {})}
        params = {name: value for name, value in request.pop("params", {}).items() if value is not None}
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            try:
                answer = await self._client.request(
                    method, f"{self._url}{path}", headers=headers, params=params, **request
                )
            except httpx.TransportError:
                if attempt == _ATTEMPTS_MAX:
                    raise
            else:
                if answer.is_success:
                    return answer.json()
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or attempt == _ATTEMPTS_MAX:
                    raise RuntimeError(f"{method} {answer.url} was answered {answer.status_code}: {answer.text}")
            await asyncio.sleep(0.2 * attempt)
        raise AssertionError("unreachable")
