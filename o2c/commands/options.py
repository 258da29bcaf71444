"""Options that several commands have."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from o2c.stack import SERVICES

Stack = Annotated[
    Path | None,
    typer.Option("--stack", help="The stack's description or its directory.", envvar="O2C_STACK", show_default=False),
]
StateDirectory = Annotated[
    Path, typer.Option("--state-dir", help="Where the stack keeps its data and logs.", envvar="O2C_STATE_DIR")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def service_name(name: str) -> str:
    """The name of one of the five; also with a hyphen for the underscore."""
    known = name.replace("-", "_")
    if known not in SERVICES:
        raise typer.BadParameter(f"there is no service {name!r}: it is one of {', '.join(SERVICES)}")
    return known


def day(text: str) -> date:
    """A date, written as 2025-03-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date: write it as 2025-03-31") from None


ServiceName = Annotated[
    str, typer.Argument(parser=service_name, metavar="SERVICE", help=f"One of {', '.join(SERVICES)}.")
]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", parser=day, metavar="YYYY-MM-DD", help="At the end of that day. Without it: now."),
]
