"""The tables at the end of a demo: orders, sales, cash, dunning, the months, and what is owed now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from o2c.demo.figures import BusinessFigures
from o2c.demo.matching_summary import Matching, matching_tables, summary_table
from shared.kernel.money import amount_text
from simulator.customers.debtors import IntendedApplication
from simulator.systems.tally import Tally

_BUCKETS = {
    "current": "current",
    "days_1_30": "1-30",
    "days_31_60": "31-60",
    "days_61_90": "61-90",
    "days_91_120": "91-120",
    "over_120": "over 120",
    "total": "total",
}
Rows = Iterable[Mapping[str, Any]]


def print_summary(
    console: Console,
    figures: BusinessFigures,
    *,
    tally: Tally,
    truth: Sequence[IntendedApplication],
    aging: Rows,
    periods: Rows,
    matching: Matching,
) -> None:
    """What happened, from the services' data; `aging` and `periods` are analytics' answers, `matching` cash_app's."""
    console.print()
    console.print(_orders(figures, tally))
    console.print(_credit_requests(figures))
    console.print(_sales_and_cash(figures, tally, truth))
    for table in matching_tables(matching):
        console.print(table)
    console.print(_rules(figures))
    console.print(_dunning(figures))
    console.print(_promises(figures))
    console.print(months_table(periods))
    console.print(aging_table(aging))


def _orders(figures: BusinessFigures, tally: Tally) -> Table:
    orders = figures.orders
    table = summary_table(f"Orders, {figures.since} to {figures.until}", "", "orders")
    table.add_row("placed", _beside(orders["placed"], tally.orders))
    table.add_row("rejected", _beside(orders["rejected"], tally.rejected))
    table.add_row("approved by credit at once", f"{figures.decided('approved'):,}")
    table.add_row("held by credit", f"{figures.decided('held'):,}")
    table.add_row("  released as payments made room", f"{figures.decided('released', by_itself=True):,}")
    table.add_row("  released by a person", f"{figures.decided('released', by_itself=False):,}")
    table.add_row("  declined", f"{figures.decided('declined'):,}")
    table.add_row("backordered, in whole or in part", f"{orders['backordered']:,}")
    table.add_row("cancelled in full", f"{orders['cancelled']:,}")
    table.add_row("delivered and invoiced", f"{orders['closed']:,}")
    table.add_row("still under way", f"{orders['under_way']:,}")
    return table


def _credit_requests(figures: BusinessFigures) -> Table:
    table = summary_table("Credit requests and holds", "", "number")
    bureau, holds = figures.bureau, figures.hold_days
    table.add_row("credit requests", f"{sum(row['requests'] for row in figures.credit_requests):,}")
    table.add_row("  approved by the system", f"{figures.requests('Approved', by_itself=True):,}")
    table.add_row("  approved by people", f"{figures.requests('Approved', by_itself=False):,}")
    table.add_row("  declined by the system", f"{figures.requests('Declined', by_itself=True):,}")
    table.add_row("  declined by people", f"{figures.requests('Declined', by_itself=False):,}")
    table.add_row(
        "  still under way", f"{sum(r['requests'] for r in figures.credit_requests if r['by_itself'] is None):,}"
    )
    table.add_row("credit reports asked for", f"{bureau['asked']:,}")
    table.add_row("  answered", f"{bureau['answered']:,}")
    table.add_row("  not in time", f"{bureau['not_in_time']:,}")
    table.add_row("orders held and then released or declined", f"{holds['ended']:,}")
    table.add_row("  days held on average", f"{holds['days']:.1f}" if holds["days"] is not None else "-")
    table.add_row("  days held at the longest", "-" if holds["longest"] is None else f"{holds['longest']:,}")
    return table


def _sales_and_cash(figures: BusinessFigures, tally: Tally, truth: Sequence[IntendedApplication]) -> Table:
    currencies = figures.currencies
    table = summary_table("Sales and cash", "", *currencies)
    invoices = {row["currency"]: row for row in figures.invoices}
    old = {row["currency"]: row for row in figures.brought_forward}
    payments = {row["currency"]: row for row in figures.payments}
    discounts, applied = figures.total_applied("discount"), figures.total_applied("amount")

    def add(
        label: str, of: Mapping[str, Any], column: str | None = None, beside: Mapping[str, Any] | None = None
    ) -> None:
        values = {c: (of[c][column] if column else of[c]) or 0 for c in currencies if c in of}
        table.add_row(label, *(_beside(values.get(c, 0), (beside or values).get(c, 0), c) for c in currencies))

    add("invoices", invoices, "documents")
    add("sales, net", invoices, "net")
    add("tax", invoices, "tax")
    add("sales, gross", invoices, "total", tally.sales)
    if old:
        add("brought forward from the old system", old, "total")
    add("payments", payments, "payments")
    add("cash received", payments, "amount", tally.cash)
    add("  applied to invoices", applied)
    add("  on account", payments, "on_account")
    add("  unapplied, awaiting an invoice", payments, "unapplied")
    add("  in suspense", payments, "suspense")
    add("discounts granted", discounts)
    scores = figures.applied_as_intended(truth)
    table.add_row(
        "cash applied as the payer intended", *(_share(*scores[c]) if c in scores else "-" for c in currencies)
    )
    unknown = figures.suspense
    table.caption = (
        f"{figures.duplicates} payments were reported again by the bank and booked once. "
        f"Of {unknown['payments']} payments from unknown accounts people assigned {unknown['assigned']}."
    )
    return table


def _rules(figures: BusinessFigures) -> Table:
    currencies = figures.currencies
    table = summary_table("Cash applied by rule", "rule", *currencies)
    for rule, amounts in figures.applied_by_rule().items():
        table.add_row(rule.replace("_", " "), *(_number(amounts.get(c, Decimal(0)), c) for c in currencies))
    return table


def _dunning(figures: BusinessFigures) -> Table:
    currencies = figures.currencies
    table = summary_table("Dunning", "step", "notices", *currencies)
    for step, name in sorted({(row["step"], row["step_name"]) for row in figures.dunning}):
        rows = {row["currency"]: row for row in figures.dunning if row["step"] == step and row["step_name"] == name}
        amounts = (_number(rows[c]["total"], c) if c in rows else "-" for c in currencies)
        table.add_row(f"{step} {name}", f"{sum(row['notices'] for row in rows.values()):,}", *amounts)
    return table


def _promises(figures: BusinessFigures) -> Table:
    table = summary_table("Promises and holds", "", "number")
    states = figures.promises
    table.add_row("promises made", f"{sum(states.values()):,}")
    table.add_row("  kept", f"{states.get('kept', 0):,}")
    table.add_row("  broken", f"{states.get('broken', 0) + states.get('paid_later', 0):,}")
    table.add_row("    and paid later", f"{states.get('paid_later', 0):,}")
    table.add_row("  not due yet", f"{states.get('open', 0) + states.get('due', 0):,}")
    table.add_row("accounts held for a broken promise", f"{figures.holds['holds']:,}")
    table.add_row("  released again", f"{figures.holds['lifted']:,}")
    batches = [row for rows in figures.batches.values() for row in rows]
    table.add_row("journal batches", f"{sum(row['batches'] for row in batches):,}")
    table.add_row("  refused by the ledger and sent again", f"{sum(row['sent_again'] for row in batches):,}")
    return table


def months_table(periods: Rows) -> Table:
    """Analytics' months, oldest first."""
    table = summary_table("Months", "", "", "opening", "sales", "closing", "cash", "DSO days", "CEI %")
    for row in sorted(periods, key=lambda row: (row["month"], row["currency"])):
        amounts = (_number(Decimal(row[c]), row["currency"]) for c in ("opening", "sales", "closing", "cash_collected"))
        table.add_row(row["month"], row["currency"], *amounts, row["dso_days"] or "-", row["cei_percent"] or "-")
    return table


def aging_table(aging: Rows) -> Table:
    """What is owed by days overdue, the largest total first."""
    table = summary_table("Owed now, by days overdue", "", *_BUCKETS.values(), "items")
    for row in sorted(aging, key=lambda row: -Decimal(row["total"])):
        table.add_row(
            row["currency"], *(_number(Decimal(row[b]), row["currency"]) for b in _BUCKETS), f"{row['open_items']:,}"
        )
    return table


def _number(value: Decimal | int, currency: str = "") -> str:
    """A count, or an amount of `currency` with its decimals."""
    if not value:
        return "-"
    return amount_text(value, currency) if isinstance(value, Decimal) else f"{value:,}"


def _beside(value: Decimal | int, counted: Decimal | int, currency: str = "") -> str:
    """The services' figure, with the simulator's own beside it where the two differ."""
    if value == counted:
        return _number(value, currency)
    return f"{_number(value, currency)} [yellow](simulator: {_number(counted, currency)})[/yellow]"


def _share(right: Decimal, of: Decimal) -> str:
    return f"{right / of * 100:.2f} %" if of else "-"
