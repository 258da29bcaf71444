"""`o2c dead-letters`: what could not be handled, why, and again. Asked of the services over HTTP."""

from __future__ import annotations

import contextlib
import getpass
import json
import uuid
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from o2c.commands.options import AsJson, ServiceName, Stack, service_name
from o2c.commands.terminal import console

commands = typer.Typer(no_args_is_help=True, help="What could not be handled, why, and again.")

EventId = Annotated[str, typer.Argument(metavar="EVENT_ID", help="As `o2c dead-letters list` shows it.")]
_TOKEN_HOURS = 1


@commands.command("list")
def list_all(
    service: Annotated[str | None, typer.Argument(parser=service_name, metavar="[SERVICE]")] = None,
    as_json: AsJson = False,
    stack: Stack = None,
) -> None:
    """List the dead letters that were not replayed yet, of one service or of all."""
    letters = [
        {"service": name, **letter}
        for name, client in _clients(stack, service)
        for letter in _pages(client, "/dead-letters")
    ]
    if as_json:
        typer.echo(json.dumps(letters, indent=2))
        return
    if not letters:
        typer.echo("There are no dead letters.")
        return
    from rich.table import Table

    table = Table("service", "event", "topic", "attempts", "reason")
    for letter in letters:
        place = f"{letter['topic']}/{letter['partition']}@{letter['offset']}"
        table.add_row(letter["service"], letter["event_id"], place, str(letter["attempts"]), letter["reason"])
    console().print(table)


@commands.command("show")
def show(service: ServiceName, event_id: EventId, stack: Stack = None) -> None:
    """Show one dead letter with its headers and body."""
    with _client(stack, service) as client:
        typer.echo(json.dumps(_answer(client.get(f"/dead-letters/{event_id}")), indent=2))


@commands.command("replay")
def replay(
    service: ServiceName,
    event_id: Annotated[str | None, typer.Argument(metavar="[EVENT_ID]")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of the service's dead letters.")] = False,
    stack: Stack = None,
) -> None:
    """Handle a dead letter again, once its cause is mended. It is handled once, however often it is replayed."""
    if (event_id is None) == (not every):
        raise typer.BadParameter("name either an EVENT_ID or --all")
    with _client(stack, service) as client:
        identities = [letter["event_id"] for letter in _pages(client, "/dead-letters")] if every else [str(event_id)]
        failed = 0
        for identity in identities:
            response = client.post(f"/dead-letters/{identity}/replay", headers={"Idempotency-Key": uuid.uuid4().hex})
            failed += response.is_error
            typer.echo(f"{identity}: {response.json().get('status') if response.is_success else _fault(response)}")
        raise typer.Exit(1 if failed else 0)


def _clients(stack: Any, service: str | None) -> Iterator[tuple[str, Any]]:
    from o2c.stack.description import find_stack

    for name in [service] if service else find_stack(stack).services:
        with _client(stack, name) as client:
            yield name, client


@contextlib.contextmanager
def _client(stack: Any, service: str) -> Iterator[Any]:
    """An HTTP client of a service, as this system's user with the role of an administrator."""
    import httpx

    from o2c.stack import StackError
    from o2c.stack.description import find_stack
    from shared.chassis.auth import issue_token

    found = find_stack(stack)
    token = issue_token(found.token_secret, f"{getpass.getuser()} (o2c)", ["admin"], _TOKEN_HOURS)
    url = found.services[service].http_url
    try:
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30.0) as client:
            yield client
    except httpx.TransportError as error:
        raise StackError(f"{service} does not answer at {url}: {error}") from None


def _pages(client: Any, path: str) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = _answer(client.get(path, params={"limit": 200, **({"cursor": cursor} if cursor else {})}))
        yield from page["items"]
        cursor = page.get("next_cursor")
        if cursor is None:
            return


def _answer(response: Any) -> Any:
    from o2c.stack import StackError

    if response.is_error:
        raise StackError(_fault(response))
    return response.json()


def _fault(response: Any) -> str:
    """The sentence of a problem+json answer."""
    try:
        return str(response.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"{response.request.url} answered {response.status_code}: {response.text[:300]}"
