"""The table: ratios first, figures second, and what they were measured on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.results import Findings, Line, Part

_PARTS_WITH_RATIOS: Final = ("drain", "peer")


def show(found: Findings, console: Console) -> None:
    """Prints what was found."""
    parts, on = found.parts, found.machine
    table = Table(title="What was measured, ratios first")
    for heading in ("part", "what"):
        table.add_column(heading)
    table.add_column("result", justify="right", style="bold")
    for heading in ("goal", "met", "figures"):
        table.add_column(heading)
    for line in _ratios_first(parts):
        met = {True: "[green]yes[/green]", False: "[red]no[/red]", None: ""}[line.met]
        table.add_row(line.part, line.what, line.compared, line.goal, met, line.figures)
    console.print(table)
    for part in parts.values():
        for note in part.notes:
            console.print(note, highlight=False)
    libraries = ", ".join(f"{name} {version}" for name, version in on["libraries"].items())
    console.print(f"Machine: {on['cores']} cores, {on['system']} {on['machine']}, Python {on['python']}; {libraries}")
    console.print(f"Servers: {'; '.join(found.servers)}")
    if on["load_before"] > on["cores"] / 2:
        console.print(
            f"[yellow]Others were at work (load {on['load_before']} before the start): the figures are too low, "
            "and the ratios uncertain.[/yellow]"
        )


def _ratios_first(parts: Mapping[str, Part]) -> list[Line]:
    lines = [line for part in parts.values() for line in part.lines]
    return sorted(lines, key=lambda line: line.part not in _PARTS_WITH_RATIOS)
