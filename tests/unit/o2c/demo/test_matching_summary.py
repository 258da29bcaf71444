"""The demo's share of payments that needed no person, with and without the rule that clerks teach."""

from __future__ import annotations

from io import StringIO
from typing import Any

from rich.console import Console

from o2c.demo.matching_summary import Matching, matching_tables


def rate(label: str, payments: int, untouched: int, lines: int, lines_untouched: int) -> dict[str, Any]:
    return {
        "label": label, "payments": payments, "payments_by_rule": untouched, "payment_rate_percent": "0",
        "lines": lines, "lines_by_rule": lines_untouched, "line_rate_percent": "0",
    }  # fmt: skip


def test_what_round_sum_applied_is_taken_off_the_share() -> None:
    by_source = [rate("wire", 60, 50, 120, 100), rate("ach", 40, 40, 80, 80)]
    by_rule = [rate("remittance", 80, 80, 160, 150), rate("round_sum", 5, 4, 20, 15)]
    written = StringIO()
    console = Console(width=120, file=written)
    console.print(matching_tables(Matching(by_source, by_rule, [], []))[0])
    shares = [line.split() for line in written.getvalue().splitlines() if line.strip().startswith("all")]
    assert [[word for word in line if "." in word] for line in shares] == [["90.00", "90.00"], ["86.00", "82.50"]]
