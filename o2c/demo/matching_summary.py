"""The demo's tables of cash application: sources of payments, what needed no person, the work queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rich.box import SIMPLE_HEAD
from rich.table import Table

from shared.kernel.money import amount_text

Rows = Sequence[Mapping[str, Any]]
_QUEUES: Final = (
    "suspense", "unmatched", "duplicates", "deductions", "returns", "advices", "failed", "approvals", "on_account",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matching:
    """The service's answers: match rates by source and by rule, the work queues, the imported files."""

    by_source: Rows
    by_rule: Rows
    queues: Rows
    files: Rows


def summary_table(title: str, *columns: str) -> Table:
    """Amounts and labels too long for a narrow terminal go on in the next line: a figure is never cut."""
    table = Table(title=title, title_justify="left", caption_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", overflow="fold")
    return table


def matching_tables(matching: Matching) -> list[Table]:
    """Sources, rules and queues."""
    return [_sources(matching), _rules(matching), _queues(matching)]


def _sources(matching: Matching) -> Table:
    table = summary_table("Payments by source", "", "payments", "without a person", "lines", "without a person")
    for row in matching.by_source:
        table.add_row(
            row["label"], f"{row['payments']:,}", _percent(row["payment_rate_percent"]), f"{row['lines']:,}",
            _percent(row["line_rate_percent"]),
        )  # fmt: skip
    payments, lines = _sums(matching.by_source, "payments"), _sums(matching.by_source, "lines")
    table.add_row("all", f"{payments[0]:,}", _share(*payments), f"{lines[0]:,}", _share(*lines))
    payments, lines = _without_round_sum(payments, lines, matching.by_rule)
    label = "all, without the rule round_sum"
    table.add_row(label, f"{payments[0]:,}", _share(*payments), f"{lines[0]:,}", _share(*lines))
    posted = [file for file in matching.files if file["stage"] == "posted"]
    formats = ", ".join(f"{format_}: {count}" for format_, count in sorted(_formats(posted).items()))
    from_files = sum(file["counts"].get("payments", 0) - file["counts"].get("seen_before", 0) for file in posted)
    table.caption = f"{from_files:,} of them came in {len(posted)} files ({formats}), the others over the bank feed."
    return table


def _rules(matching: Matching) -> Table:
    table = summary_table("Lines by rule", "", "payments", "lines", "without a person")
    for row in sorted(matching.by_rule, key=lambda row: -row["lines"]):
        rule = row["label"].replace("_", " ")
        table.add_row(rule, f"{row['payments']:,}", f"{row['lines']:,}", _percent(row["line_rate_percent"]))
    return table


def _queues(matching: Matching) -> Table:
    currencies = sorted({row["currency"] for row in matching.queues}, reverse=True)
    table = summary_table("Work queues of cash application", "", "entries", *currencies)
    for queue in _QUEUES:
        rows = {row["currency"]: row for row in matching.queues if row["queue"] == queue}
        amounts = (amount_text(Decimal(rows[c]["amount"]), c) if c in rows else "-" for c in currencies)
        table.add_row(queue.replace("_", " "), f"{sum(row['entries'] for row in rows.values()):,}", *amounts)
    return table


def _without_round_sum(
    payments: tuple[int, int], lines: tuple[int, int], by_rule: Rows
) -> tuple[tuple[int, int], tuple[int, int]]:
    """The same sums as if a person had applied what was applied as a clerk did before, or as the customer agreed."""
    applied = [row for row in by_rule if row["label"] == "round_sum"]
    return (
        (payments[0], payments[1] - sum(row["payments_by_rule"] for row in applied)),
        (lines[0], lines[1] - sum(row["lines_by_rule"] for row in applied)),
    )


def _formats(files: Rows) -> dict[str, int]:
    counts: dict[str, int] = {}
    for file in files:
        counts[file["format"]] = counts.get(file["format"], 0) + 1
    return counts


def _sums(rows: Rows, of: str) -> tuple[int, int]:
    return sum(row[of] for row in rows), sum(row[f"{of}_by_rule"] for row in rows)


def _share(whole: int, part: int) -> str:
    return f"{Decimal(part) * 100 / whole:.2f} %" if whole else "-"


def _percent(rate: str | None) -> str:
    return f"{rate} %" if rate is not None else "-"
