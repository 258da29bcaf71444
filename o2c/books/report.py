"""The result of a check: lines with two sides and what is between them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from o2c.books.amounts import Amounts
from shared.kernel.money import is_exact, round_half_up

Number = Decimal | int

_DIFFERENCES_SHOWN_MAX = 10
"""Of one invariant; further ones are counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison. `where` names the currency, customer, series or topic; `note` what a person should know."""

    invariant: str
    left_name: str
    left: Number
    right_name: str
    right: Number
    where: str = ""
    note: str = ""
    off_by: Number | None = None
    """Given where the sides are more than two numbers, e.g. sets: by how much they differ."""

    @property
    def difference(self) -> Number:
        return self.left - self.right if self.off_by is None else self.off_by

    @property
    def agrees(self) -> bool:
        return self.difference == 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "invariant": self.invariant,
            "left": {"name": self.left_name, "value": str(self.left)},
            "right": {"name": self.right_name, "value": str(self.right)},
            "difference": str(self.difference),
            "where": self.where,
            "note": self.note,
            "agrees": self.agrees,
        }


@dataclass(slots=True)
class BooksReport:
    """Every invariant that was compared, as of the end of a day or at present."""

    as_of: date | None
    lines: list[Line] = field(default_factory=list)
    not_compared: list[str] = field(default_factory=list)
    """What could not be compared, and why."""

    @property
    def agree(self) -> bool:
        return all(line.agrees for line in self.lines)

    @property
    def differences(self) -> list[Line]:
        return [line for line in self.lines if not line.agrees]

    def as_dict(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "agree": self.agree,
            "lines": [line.as_dict() for line in self.lines],
            "not_compared": self.not_compared,
        }

    def print(self, console: Console) -> None:
        """The table of both sides, differences in red, and the verdict."""
        table = Table(title="The books" + (f" as of {self.as_of}" if self.as_of else ""), title_justify="left")
        for name in ("invariant", "where"):
            table.add_column(name, overflow="fold")
        for name in ("this side", "that side", "difference"):
            table.add_column(name, justify="right", overflow="fold")
        previous = ""
        for line in self.lines:
            table.add_row(
                line.invariant if line.invariant != previous else "",
                (line.where + (f" ({line.note})" if line.note else "")).strip(),
                f"{line.left:,} [dim]{line.left_name}[/dim]",
                f"{line.right:,} [dim]{line.right_name}[/dim]",
                "0" if line.agrees else f"[bold red]{line.difference:,}[/bold red]",
            )
            previous = line.invariant
        console.print(table)
        for sentence in self.not_compared:
            console.print(f"[yellow]Not compared:[/yellow] {sentence}")
        if self.agree:
            console.print(f"[bold green]The books agree[/bold green] in all {len(self.lines)} comparisons.")
        else:
            differ = f"{len(self.differences)} of {len(self.lines)} comparisons differ."
            console.print(f"[bold red]The books do not agree:[/bold red] {differ}")


def compare(invariant: str, left_name: str, left: Amounts, right_name: str, right: Amounts) -> list[Line]:
    """Two sides keyed alike, the currency last: a line of sums per currency, then one per key that differs."""
    lines = []
    nothing = Decimal(0)
    for currency in sorted({key[-1] for key in [*left, *right]}):
        of_left = sum((amount for key, amount in left.items() if key[-1] == currency), nothing)
        of_right = sum((amount for key, amount in right.items() if key[-1] == currency), nothing)
        lines.append(amount_line(invariant, left_name, of_left, right_name, of_right, key=(currency,)))
    differing = sorted(
        key for key in {*left, *right} if len(key) > 1 and left.get(key, nothing) != right.get(key, nothing)
    )
    for shown, key in enumerate(differing):
        note = ""
        if shown == _DIFFERENCES_SHOWN_MAX - 1 and len(differing) > _DIFFERENCES_SHOWN_MAX:
            note = f"and {len(differing) - _DIFFERENCES_SHOWN_MAX} more differ"
        lines.append(
            amount_line(
                invariant, left_name, left.get(key, nothing), right_name, right.get(key, nothing), key=key, note=note
            )
        )
        if shown == _DIFFERENCES_SHOWN_MAX - 1:
            break
    return lines or [Line(invariant, left_name, 0, right_name, 0, note="nothing on either side")]


def amount_line(
    invariant: str,
    left_name: str,
    left: Decimal,
    right_name: str,
    right: Decimal,
    *,
    key: tuple[str, ...],
    note: str = "",
) -> Line:
    """A line of amounts of one currency, with the decimal places it is accounted in."""
    currency = key[-1]
    if is_exact(left, currency) and is_exact(right, currency):
        left, right = round_half_up(left, currency), round_half_up(right, currency)
    return Line(invariant, left_name, left, right_name, right, " ".join(key), note)


def keys_differing(left: Mapping[str, Hashable], right: Mapping[str, Hashable]) -> list[str]:
    """The keys whose values are not the same on both sides."""
    return sorted(key for key in {*left, *right} if left.get(key) != right.get(key))
