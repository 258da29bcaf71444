"""Files from banks and payers, put into cash application over HTTP: once each, or as they come into a folder."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import httpx

from o2c.stack import StackError

IMPORTED: Final = "imported"
REFUSED: Final = "refused"
"""Folders within a watched one: where its files go when they are posted, or refused with what was wrong beside."""

_POLL_SECONDS: Final = 0.2
_LOOK_SECONDS: Final = 1.0
_DONE: Final = frozenset({"posted", "refused"})

ReportProgress = Callable[[dict[str, Any]], None]


async def import_file(
    client: httpx.AsyncClient,
    path: Path,
    report_progress: ReportProgress,
    *,
    format: str | None = None,
    payer: str | None = None,
) -> dict[str, Any]:
    """Imports the file and waits until it is posted or refused; `report_progress` gets each step of its progress.

    Raises StackError where the file is not even received. The same file sent again is the same request.
    """
    content = await asyncio.to_thread(path.read_bytes)
    query = {"name": path.name, **({"format": format} if format else {}), **({"payer": payer} if payer else {})}
    digest = hashlib.sha256(content)
    digest.update(repr(sorted(query.items())).encode())
    key = {"Idempotency-Key": f"{path.name[:100]}-{digest.hexdigest()}", "Content-Type": "application/octet-stream"}
    shown = _answer(await client.post("/imports", params=query, content=content, headers=key))
    while True:
        shown = _answer(await client.get(f"/imports/{shown['import_id']}"))
        report_progress(shown)
        if shown["stage"] in _DONE:
            return shown
        await asyncio.sleep(_POLL_SECONDS)


async def watch(
    directory: Path,
    take: Callable[[Path], Awaitable[dict[str, Any]]],
    *,
    look_seconds: float = _LOOK_SECONDS,
) -> None:
    """Imports every file that comes into the folder, until it is cancelled.

    A file is taken when it has not grown between two looks. It is moved to `imported`, or to `refused` with its errors
    in a text beside it. One that could not be sent stays and is tried again.
    """
    seen: dict[Path, tuple[int, int]] = {}
    while True:
        now = await asyncio.to_thread(_files_in, directory)
        for path in sorted(path for path, state in now.items() if seen.get(path) == state):
            await _take_in(directory, path, take)
            now.pop(path)
        seen = now
        await asyncio.sleep(look_seconds)


async def _take_in(directory: Path, path: Path, take: Callable[[Path], Awaitable[dict[str, Any]]]) -> None:
    shown = await take(path)
    folder = directory / (IMPORTED if shown["stage"] == "posted" else REFUSED)
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{path.stem}-{shown['import_id']}{path.suffix}"
    await asyncio.to_thread(path.rename, target)
    if shown["errors"]:
        await asyncio.to_thread(Path(f"{target}.errors.txt").write_text, errors_of(shown) + "\n", "utf-8")


def errors_of(shown: dict[str, Any]) -> str:
    """What is wrong with a refused file, a line each."""
    return "\n".join(f"{error['place']}: {error['what']}" for error in shown["errors"])


def _files_in(directory: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of change of the folder's own files; hidden ones are still being written by someone."""
    states = {path: path.stat() for path in directory.iterdir() if path.is_file() and not path.name.startswith(".")}
    return {path: (state.st_size, state.st_mtime_ns) for path, state in states.items()}


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        try:
            detail = response.json()["detail"]
        except (ValueError, KeyError, TypeError):
            detail = response.text[:300]
        raise StackError(f"cash_app refused the request: {detail}")
    return dict(response.json())
