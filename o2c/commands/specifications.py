"""`o2c asyncapi`, `openapi` and `token`: specifications, and a token for local use."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from o2c.commands.options import ServiceName, Stack


def asyncapi() -> None:
    """Print the AsyncAPI 3 document: every event with its topic, key, producers, consumers and schema."""
    from o2c.specs.asyncapi import document

    typer.echo(json.dumps(document(), indent=2))


def openapi(service: ServiceName) -> None:
    """Print a service's OpenAPI document."""
    from o2c.specs.openapi import document

    typer.echo(json.dumps(document(service), indent=2))


def token(
    name: Annotated[str, typer.Option(help="Whose name the audit trail will show.")],
    role: Annotated[list[str], typer.Option(help="A role; repeat for several, e.g. --role collector --role auditor.")],
    hours: Annotated[float, typer.Option(help="How long it holds.")] = 8.0,
    stack: Stack = None,
) -> None:
    """Print a token for local use, to be sent as `Authorization: Bearer TOKEN`.

    Signed with O2C_TOKEN_SECRET where it is set, else with the running stack's secret.
    """
    from o2c.stack.description import find_stack
    from shared.chassis.auth import issue_token

    secret = os.environ.get("O2C_TOKEN_SECRET") or find_stack(stack).token_secret
    try:
        typer.echo(issue_token(secret, name, role, hours))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
