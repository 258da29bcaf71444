"""What happened in a span of business days, from the services' own databases and HTTP."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from o2c.books.databases import databases_open
from shared.kernel.money import round_half_up
from simulator.customers.debtors import IntendedApplication

DEMO_SQL = Path(__file__).parent
Row = Mapping[str, Any]
ByCurrency = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Applied:
    """What a payment settled of an item: cash and discount in `currency`, by which rule."""

    currency: str
    payment_id: str
    item_id: str
    rule: str
    amount: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True)
class BusinessFigures:
    """Counts and amounts of the days from `since` to `until`; what is open, as it stands."""

    since: date
    until: date
    orders: Row
    invoices: Sequence[Row]
    brought_forward: Sequence[Row]
    decisions: Sequence[Row]
    credit_requests: Sequence[Row]
    bureau: Row
    hold_days: Row
    payments: Sequence[Row]
    duplicates: int
    suspense: Row
    applied: Sequence[Applied]
    dunning: Sequence[Row]
    promises: dict[str, int]
    holds: Row
    batches: dict[str, Sequence[Row]]

    @property
    def currencies(self) -> list[str]:
        """The currency with most sales first."""
        sales = {row["currency"]: row["total"] for row in self.invoices}
        return sorted({*sales, *(row["currency"] for row in self.payments)}, key=lambda c: (-sales.get(c, 0), c))

    def decided(self, decision: str, *, by_itself: bool | None = None) -> int:
        """Orders with a credit decision; `by_itself` is True for the system's, False for people's."""
        return sum(
            row["orders"]
            for row in self.decisions
            if row["decision"] == decision and by_itself in (None, row["by_itself"])
        )

    def requests(self, state: str, *, by_itself: bool) -> int:
        """Credit requests that ended in a state, decided by the system or by people."""
        return sum(r["requests"] for r in self.credit_requests if (r["state"], r["by_itself"]) == (state, by_itself))

    def total_applied(self, what: str) -> ByCurrency:
        """`amount` or `discount` applied, by currency."""
        totals: defaultdict[str, Decimal] = defaultdict(Decimal)
        for line in self.applied:
            totals[line.currency] += getattr(line, what)
        return {currency: round_half_up(total, currency) for currency, total in totals.items()}

    def applied_by_rule(self) -> dict[str, ByCurrency]:
        rules: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for line in self.applied:
            rules[line.rule][line.currency] += line.amount
        return {rule: dict(totals) for rule, totals in sorted(rules.items())}

    def applied_as_intended(self, truth: Iterable[IntendedApplication]) -> dict[str, tuple[Decimal, Decimal]]:
        """By currency: how much was applied to the invoice the payer meant, and how much of payers' cash was applied.

        Cash the payer meant for no invoice yet is left out of both.
        """
        meant: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in truth:
            meant[line.payment_id, line.invoice_id] += line.amount
        known = {payment_id for payment_id, _ in meant}
        done: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        for applied in self.applied:
            if applied.payment_id in known:
                done[applied.currency, applied.payment_id, applied.item_id] += applied.amount
        scores: dict[str, tuple[Decimal, Decimal]] = {}
        for (currency, payment_id, item_id), amount in done.items():
            right, all_of_it = scores.get(currency, (Decimal(0), Decimal(0)))
            scores[currency] = (right + min(amount, meant[payment_id, item_id]), all_of_it + amount)
        return scores


async def last_business_day(databases: Mapping[str, str]) -> date | None:
    """The last day any of the services received."""
    async with databases_open(databases, DEMO_SQL) as dbs:
        days = [await db.value("demo_last_day") for db in dbs.values()]
    return max((day for day in days if day is not None), default=None)


async def business_figures(databases: Mapping[str, str], since: date, until: date) -> BusinessFigures:
    """Everything there is to report_progress about the business days from `since` to `until`."""
    span = (since, until)
    async with databases_open(databases, DEMO_SQL) as dbs:
        invoicing, credit, cash_app, collections = (
            dbs[name] for name in ("invoicing", "credit", "cash_app", "collections")
        )
        return BusinessFigures(
            since=since,
            until=until,
            orders=(await invoicing.rows("demo_orders", *span))[0],
            invoices=await invoicing.rows("demo_invoices", *span),
            brought_forward=await invoicing.rows("demo_brought_forward"),
            decisions=await credit.rows("demo_decisions", *span),
            credit_requests=await credit.rows("demo_credit_requests", *span),
            bureau=(await credit.rows("demo_bureau", *span))[0],
            hold_days=(await credit.rows("demo_hold_days", *span))[0],
            payments=await cash_app.rows("demo_payments", *span),
            duplicates=await cash_app.value("demo_duplicates", *span),
            suspense=(await cash_app.rows("demo_suspense", *span))[0],
            applied=[Applied(**row) for row in await cash_app.rows("demo_applied", *span)],
            dunning=await collections.rows("demo_dunning", *span),
            promises={row["state"]: row["promises"] for row in await collections.rows("demo_promises", *span)},
            holds=(await collections.rows("demo_holds", *span))[0],
            batches={name: await dbs[name].rows("demo_batches") for name in ("invoicing", "cash_app")},
        )
