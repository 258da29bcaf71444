"""`o2c import`: bank statements, lockbox files, remittance advice and card settlements into cash application."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from o2c.commands.options import AsJson, Stack

_TOKEN_HOURS = 24


def import_files(
    *,
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", exists=True, dir_okay=False)] = None,
    directory: Annotated[
        Path | None,
        typer.Option(
            "--watch", metavar="DIR", exists=True, file_okay=False, help="Import what comes into this folder."
        ),
    ] = None,
    format: Annotated[str | None, typer.Option(help="Where it cannot be recognised, e.g. remittance-csv.")] = None,
    payer: Annotated[str | None, typer.Option(help="Whose mapping reads a remittance list.")] = None,
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """Import files of banks, card acquirers and payers; each is taken whole, or refused with every error named."""
    import asyncio

    if not files and directory is None:
        raise typer.BadParameter("name a FILE, or a folder with --watch")
    refused = asyncio.run(_import(files or [], directory, stack, format=format, payer=payer, as_json=as_json))
    raise typer.Exit(1 if refused else 0)


async def _import(
    files: list[Path], directory: Path | None, stack: Any, *, format: str | None, payer: str | None, as_json: bool
) -> int:
    """Returns how many of the files named were refused."""
    import httpx

    from o2c.commands.file_upload import import_file, watch
    from o2c.stack import StackError
    from o2c.stack.description import find_stack
    from shared.chassis.auth import issue_token

    found = find_stack(stack)
    url = found.services["cash_app"].http_url
    token = issue_token(found.token_secret, _person(), ["admin"], _TOKEN_HOURS)

    async def take(path: Path) -> dict[str, Any]:
        shown = await import_file(client, path, _progress(path, as_json), format=format, payer=payer)
        _print_result(path, shown, as_json)
        return shown

    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60.0) as client:
            shown = [await take(path) for path in files]
            if directory is not None:
                await watch(directory, take)
    except httpx.TransportError as error:
        raise StackError(f"cash_app does not answer at {url}: {error}") from None
    return sum(one["stage"] == "refused" for one in shown)


def _person() -> str:
    import getpass

    return f"{getpass.getuser()} (o2c)"


def _progress(path: Path, as_json: bool) -> Any:
    """Reports how far the posting of a large file is, at each tenth of it."""
    last_tenth = 0

    def report_progress(shown: dict[str, Any]) -> None:
        nonlocal last_tenth
        tenth = shown["posted"] * 10 // shown["to_post"] if shown["to_post"] else 0
        if tenth > last_tenth and shown["stage"] == "validated" and not as_json:
            last_tenth = tenth
            typer.echo(f"{path.name}: {shown['posted']:,} of {shown['to_post']:,} posted")

    return report_progress


def _print_result(path: Path, shown: dict[str, Any], as_json: bool) -> None:
    from o2c.commands.file_upload import errors_of

    if as_json:
        typer.echo(json.dumps(shown))
    elif shown["stage"] == "refused":
        typer.echo(f"{path.name}: refused ({shown['import_id']})\n{errors_of(shown)}", err=True)
    else:
        counts = ", ".join(f"{number:,} {what.replace('_', ' ')}" for what, number in shown["counts"].items() if number)
        typer.echo(f"{path.name}: posted as {shown['format']} ({shown['import_id']}): {counts}")
