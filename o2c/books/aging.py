"""`o2c aging`: open amounts by days overdue, as of any day, from what analytics keeps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from shared.chassis.transaction.queries import load_queries
from shared.kernel.aging import BUCKET_FROM_DAYS, AgingBucket, days_overdue
from shared.kernel.money import amount_text, round_half_up

_OWN_SQL = Path(__file__).parent
_ANALYTICS_SQL = Path(__file__).parents[2] / "services" / "analytics"
_COLUMNS = {
    AgingBucket.CURRENT: "current_amount",
    AgingBucket.DAYS_1_30: "days_1_30",
    AgingBucket.DAYS_31_60: "days_31_60",
    AgingBucket.DAYS_61_90: "days_61_90",
    AgingBucket.DAYS_91_120: "days_91_120",
    AgingBucket.OVER_120: "over_120",
}
_CUSTOMERS_AT_ONCE = 5_000
_CUSTOMERS_PRINTED_MAX = 40


class NoBusinessDay(Exception):
    """Nobody has begun a business day, so there is no day to answer for unless one is named."""


@dataclass(frozen=True, slots=True)
class AgingLine:
    """Open amounts of one company and currency, or of one customer within them."""

    company_id: str
    currency: str
    customer_id: str | None
    customer_name: str | None
    buckets: dict[AgingBucket, Decimal]
    total: Decimal
    open_items: int
    on_account: Decimal
    unapplied: Decimal
    as_of: date

    @property
    def overdue(self) -> Decimal:
        return self.total - self.buckets[AgingBucket.CURRENT]

    def as_dict(self) -> dict[str, Any]:
        customer = {} if self.customer_id is None else {"customer_id": self.customer_id, "name": self.customer_name}
        return {
            "company_id": self.company_id,
            "currency": self.currency,
            "as_of": self.as_of.isoformat(),
            **customer,
            "buckets": {str(bucket): str(amount) for bucket, amount in self.buckets.items()},
            "total": str(self.total),
            "open_items": self.open_items,
            "on_account": str(self.on_account),
            "unapplied": str(self.unapplied),
        }


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What was open of one document."""

    document_number: str
    company_id: str
    currency: str
    document_date: date
    due_date: date
    original_amount: Decimal
    open_amount: Decimal
    disputed: bool

    def as_dict(self) -> dict[str, str | bool]:
        return {
            name: value if isinstance(value := getattr(self, name), bool) else str(value) for name in self.__slots__
        }


@dataclass(frozen=True, slots=True)
class AgingReport:
    """Aging at the end of a day: a line per company and currency, one per customer; of one customer each item."""

    as_of: date
    totals: list[AgingLine]
    customers: list[AgingLine]
    items: list[OpenItem]

    def as_dict(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of.isoformat(),
            "totals": [line.as_dict() for line in self.totals],
            "customers": [line.as_dict() for line in self.customers],
            **({"items": [item.as_dict() for item in self.items]} if self.items else {}),
        }

    def print(self, console: Console) -> None:
        """Customers with the most overdue first, then the totals."""
        table = Table(title=f"Aging as of {self.as_of}", title_justify="left", show_footer=False)
        table.add_column("customer", overflow="fold")
        for name in ("currency", *map(str, AgingBucket), "total", "items", "on account", "unapplied"):
            table.add_column(name, justify="right", overflow="fold")
        ranked = sorted(self.customers, key=lambda line: (-line.overdue, -line.total, line.customer_id or ""))
        for line in ranked[:_CUSTOMERS_PRINTED_MAX]:
            table.add_row(f"{line.customer_id} {line.customer_name}".rstrip(), *_cells(line))
        if len(ranked) > _CUSTOMERS_PRINTED_MAX:
            table.add_row(f"and {len(ranked) - _CUSTOMERS_PRINTED_MAX} more customers")
        table.add_section()
        for line in self.totals:
            table.add_row(f"all of {line.company_id}", *_cells(line), style="bold")
        console.print(table)
        if self.items:
            console.print(self._items_table())
        if not self.totals:
            console.print("Nothing was open on that day.")

    def _items_table(self) -> Table:
        table = Table(title="Open items", title_justify="left")
        for name in ("document", "date", "due"):
            table.add_column(name)
        for name in ("days overdue", "currency", "amount", "open"):
            table.add_column(name, justify="right", overflow="fold")
        table.add_column("disputed")
        for item in self.items:
            overdue = max(0, days_overdue(item.due_date, self.as_of))
            table.add_row(
                item.document_number, str(item.document_date), str(item.due_date), str(overdue), item.currency,
                amount_text(item.original_amount, item.currency), amount_text(item.open_amount, item.currency),
                "yes" if item.disputed else "",
            )  # fmt: skip
        return table


async def aging(analytics_database_url: str, as_of: date | None = None, customer: str | None = None) -> AgingReport:
    """Aging at the end of `as_of` (without one, of each company's own business day), of all customers or of one.

    Raises NoBusinessDay where a day is neither named nor begun.
    """
    queries = load_queries(_OWN_SQL, _ANALYTICS_SQL)
    connection = await asyncpg.connect(analytics_database_url, timeout=10.0, server_settings={"jit": "off"})
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            begun = sorted({row["business_date"] for row in await connection.fetch(queries["days_begun"])})
            if as_of is None and not begun:
                raise NoBusinessDay("no business day has begun yet: name a day with --as-of, e.g. --as-of 2013-06-30")
            day = as_of or begun[-1]
            asked = ([as_of] if as_of else begun), as_of, day
            if customer is None:
                totals = await connection.fetch(queries["view_aging_by_company"], *asked, list(BUCKET_FROM_DAYS))
                customers = await _customers(connection, queries["view_aging_by_customer"], asked)
            else:
                query = queries["view_aging_of_customer"]
                totals = customers = await connection.fetch(query, *asked, customer, list(BUCKET_FROM_DAYS))
            items = await connection.fetch(queries["open_items_of_customer"], day, customer) if customer else []
    finally:
        await connection.close()
    return AgingReport(
        day,
        [replace(_line(row), customer_id=None, customer_name=None) for row in totals],
        [_line(row) for row in customers],
        [_item(row) for row in items],
    )


async def _customers(connection: Any, query: str, asked: tuple[list[date], date | None, date]) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = []
    after = ("", "", "")
    while True:
        page = await connection.fetch(query, *asked, *after, _CUSTOMERS_AT_ONCE, list(BUCKET_FROM_DAYS))
        rows += page
        if len(page) < _CUSTOMERS_AT_ONCE:
            return rows
        after = (page[-1]["customer_id"], page[-1]["company_id"], page[-1]["currency"])


def _item(row: asyncpg.Record) -> OpenItem:
    exact = {name: round_half_up(row[name], row["currency"]) for name in ("original_amount", "open_amount")}
    return OpenItem(**{**dict(row), **exact})


def _line(row: asyncpg.Record) -> AgingLine:
    currency = row["currency"]
    return AgingLine(
        company_id=row["company_id"],
        currency=currency,
        customer_id=row.get("customer_id"),
        customer_name=row.get("customer_name"),
        buckets={bucket: round_half_up(row[column], currency) for bucket, column in _COLUMNS.items()},
        total=round_half_up(row["total"], currency),
        open_items=row["open_items"],
        on_account=round_half_up(row["on_account"], currency),
        unapplied=round_half_up(row["unapplied"], currency),
        as_of=row["as_of"],
    )


def _cells(line: AgingLine) -> list[str]:
    amounts = [line.buckets[bucket] for bucket in AgingBucket]
    return [
        line.currency,
        *(amount_text(amount, line.currency) for amount in [*amounts, line.total]),
        str(line.open_items),
        amount_text(line.on_account, line.currency),
        amount_text(line.unapplied, line.currency),
    ]
