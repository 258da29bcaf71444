"""The demo's tables of credit exposure: by part and currency, and of the groups under a common limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from rich.table import Table

from o2c.demo.matching_summary import summary_table
from shared.kernel.money import amount_text

Rows = Sequence[Mapping[str, Any]]
_PARTS: Final = {
    "open_items": "open items",
    "uncleared": "paid, not cleared yet",
    "open_orders": "open orders",
    "on_account": "money on account",
    "collateral": "collateral",
}


@dataclass(frozen=True, slots=True)
class Exposure:
    """Credit's dated exposure by part, its groups, the number of exchange rates and of amended orders."""

    parts: Rows
    groups: Rows
    rates: int
    amended: int


def exposure_tables(exposure: Exposure) -> list[Table]:
    return [_parts(exposure), _groups(exposure)]


def _parts(exposure: Exposure) -> Table:
    currencies = sorted({row["currency"] for row in exposure.parts}, reverse=True)
    table = summary_table("Credit exposure", "", *currencies)
    for part, words in _PARTS.items():
        amounts = {row["currency"]: row["amount"] for row in exposure.parts if row["part"] == part}
        table.add_row(words, *(amount_text(amounts[c], c) if amounts.get(c) else "-" for c in currencies))
    table.caption = (
        f"{exposure.rates:,} exchange rates were published; debts and collateral in another currency are converted "
        f"with them, through the dollar where there is no direct rate.\n"
        f"{exposure.amended:,} orders were amended and decided on again."
    )
    return table


def _groups(exposure: Exposure) -> Table:
    table = summary_table("Groups under a common limit", "", "members", "", "exposure", "limit")
    for group in exposure.groups:
        row = (_amount(group[name], group["currency"]) for name in ("exposure", "pooled_limit"))
        table.add_row(group["name"], f"{len(group['members']):,}", group["currency"], *row)
    return table


def _amount(amount: str | None, currency: str) -> str:
    return "-" if amount is None else amount_text(Decimal(amount), currency)
