"""Cash application, collections and analytics over dictionaries: how their queries read."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from services.analytics.app import service as analytics
from services.cash_app.app import service as cash_app
from services.cash_app.domain.document_number import document_key
from services.collections.app import service as collections
from tests.unit.stateful.houses import House
from tests.unit.stateful.tables import Row, Tables


def _open_ledgers(tables: Tables, customers: list[str]) -> list[Row]:
    """Opens the ledgers of customers not heard of before; those are returned."""
    new = [c for c in customers if (c,) not in tables.of["customer_ledger"]]
    for c in new:
        tables.put("customer_ledger", (c,), customer_id=c, version=0, company_id=None, name=None, currency=None)
    return [{"customer_id": c} for c in new]


def _payments(tables: Tables, state: str, **wanted: Any) -> list[Row]:
    return [
        row
        for row in tables.rows("payment")
        if row["state"] == state and (not wanted or any(row[name] in values for name, values in wanted.items()))
    ]


def _suspended_after(tables: Tables, company_id: str, after: str, limit: int) -> list[Row]:
    return [row for row in _payments(tables, "suspense", company_id=[company_id]) if row["payment_id"] > after][:limit]


def _awaited(tables: Tables, customers: list[str], keys: list[str]) -> list[Row]:
    return [
        row
        for row in tables.rows("awaited_document")
        if row["waiting"] and row["customer_id"] in customers and row["document_key"] in keys
    ]


def _awaited_of(tables: Tables, customer_id: str, payment_id: str) -> list[Row]:
    waiting = [row for row in tables.rows("awaited_document") if row["waiting"]]
    return [row for row in waiting if (row["customer_id"], row["payment_id"]) == (customer_id, payment_id)]


def _items(tables: Tables, customers: list[str], keys: list[str] | None = None) -> list[Row]:
    of_customers = [row for row in tables.rows("open_item") if row["customer_id"] in customers]
    if keys is None:
        return [row for row in of_customers if row["open_amount"] > 0]
    return [row for row in of_customers if document_key(row["document_number"]) in keys]


def _document_owners(tables: Tables, keys: list[str]) -> list[Row]:
    named = [row for row in tables.rows("open_item") if row["document_key"] in keys]
    return list({(r["company_id"], r["document_key"], r["customer_id"]): r for r in named}.values())


def _forget_accounts(tables: Tables, customers: list[str], accounts: list[str], holders: list[str]) -> None:
    listed = set(zip(accounts, holders, strict=True))
    for key, row in list(tables.of["payer_account"].items()):
        if row["customer_id"] in customers and (row["payer_account"], row["customer_id"]) not in listed:
            del tables.of["payer_account"][key]


def _claim_references(tables: Tables, references: list[str], payments: list[str]) -> list[Row]:
    return tables.write("claim_bank_references", zip(references, payments, strict=True))


CASH_READS = {
    "open_ledgers": _open_ledgers,
    "load_ledgers": lambda t, ids: t.by_key("customer_ledger", ((i,) for i in ids)),
    "known_customers": lambda t, ids: t.by_key("customer_ledger", ((i,) for i in ids)),
    "holders_of_accounts": lambda t, ids: [r for r in t.rows("payer_account") if r["payer_account"] in ids],
    "load_items": lambda t, *keys: t.by_key("open_item", zip(*keys, strict=True)),
    "load_open_items_of": _items,
    "load_named_items": _items,
    "owners_of_documents": _document_owners,
    "claim_bank_references": _claim_references,
    "payments_of_references": lambda t, ids: t.by_key("bank_reference", ((i,) for i in ids)),
    "load_payments": lambda t, ids: t.by_key("payment", ((i,) for i in ids)),
    "load_credit_of": lambda t, ids: _payments(t, "on_account", customer_id=ids),
    "suspended_for": lambda t, ids, accounts: _payments(t, "suspense", stated_customer=ids, payer_account=accounts),
    "suspended_after": _suspended_after,
    "customer_of_payment": lambda t, payment_id: t.by_key("payment", [(payment_id,)]),
    "load_awaited": lambda t, *keys: t.by_key("awaited_document", zip(*keys, strict=True)),
    "load_awaited_by_key": _awaited,
    "load_awaited_of_payment": _awaited_of,
}


def cash_house() -> House:
    executes = {
        "open_ledgers": _open_ledgers,
        "forget_payer_accounts": _forget_accounts,
        "learn_payer_accounts": lambda t, *columns: t.write("learn_payer_accounts", zip(*columns, strict=True)),
    }
    return House(cash_app, CASH_READS, executes, daily=("suspense",))


def _receipt_of_day(tables: Tables, customer_id: str, currency: str, day: date, due: date) -> list[Row]:
    key = (customer_id, currency, day)
    tables.put("customer_receipt", key, customer_id=customer_id, currency=currency, applied_on=day, amount=Decimal(0))
    receipts = _receipts(tables, [customer_id], [currency], [day])
    return [Row({"amount": sum((r["amount"] for r in receipts if r["applied_on"] <= due), Decimal(0))})]


def _receipts(tables: Tables, customers: list[str], currencies: list[str], first: list[date]) -> list[Row]:
    since = {(c, m): day for c, m, day in zip(customers, currencies, first, strict=True)}
    rows = tables.rows("customer_receipt")
    return [r for r in rows if r["applied_on"] >= since.get((r["customer_id"], r["currency"]), date.max)]


def _owed(tables: Tables, customer_id: str, currency: str) -> list[Row]:
    rows = [r for r in tables.rows("open_item") if (r["customer_id"], r["currency"]) == (customer_id, currency)]
    return [{"open_amount": sum((row["open_amount"] for row in rows), Decimal(0))}]


def _promises(tables: Tables, *states: str) -> list[Row]:
    return [row for row in tables.rows("promise") if row["state"] in states]


def _binding(tables: Tables, customer_id: str, currency: str) -> list[Row]:
    bound = _promises(tables, "open", "due")
    return [row for row in bound if (row["customer_id"], row["currency"]) == (customer_id, currency)]


def _to_judge(tables: Tables, company_id: str, day: date) -> list[Row]:
    return [r for r in _promises(tables, "open", "due") if r["company_id"] == company_id and r["due_on"] <= day]


def _overdue(tables: Tables, company_id: str, day: date) -> list[Row]:
    rows = [row for row in tables.rows("open_item") if row["company_id"] == company_id]
    return [row for row in rows if row["open_amount"] > 0 and row["due_date"] < day]


def _next_customers(rows: list[Row], after: str, limit: int) -> list[Row]:
    customers = sorted({row["customer_id"] for row in rows if row["customer_id"] > after})
    return [{"customer_id": customer_id} for customer_id in customers[:limit]]


def _to_dun(t: Tables, ids: list[str], company_id: str, day: date, days: list[int], steps: list[int]) -> list[Row]:
    def reached(row: Row) -> int:
        return max((s for d, s in zip(days, steps, strict=True) if d <= (day - row["due_date"]).days), default=0)

    rows = [row for row in _overdue(t, company_id, day) if row["customer_id"] in ids and not row["disputed"]]
    return [row for row in rows if reached(row) > row["told_step"]]


def _ensure_customers(tables: Tables, ids: list[str], companies: list[str]) -> None:
    for c, company_id in zip(ids, companies, strict=True):
        master = {"version": 0, "name": c, "email": None, "active": True, "promises_made": 0}
        tables.put("customer", (c,), customer_id=c, company_id=company_id, **master)


COLLECTIONS_READS = {
    "load_customers": lambda t, ids: t.by_key("customer", ((i,) for i in ids)),
    "load_items": lambda t, *keys: t.by_key("open_item", zip(*keys, strict=True)),
    "open_amount_of_customer": _owed,
    "load_promises": lambda t, *keys: t.by_key("promise", zip(*keys, strict=True)),
    "load_promise_by_id": lambda t, promise_id: [r for r in t.rows("promise") if r["promise_id"] == promise_id],
    "load_unsettled_promises": lambda t, ids: [
        row for row in _promises(t, "open", "due", "broken") if row["customer_id"] in ids
    ],
    "load_binding_promise": _binding,
    "customers_with_promises_to_judge": lambda t, company, after, day, limit: _next_customers(
        _to_judge(t, company, day), after, limit
    ),
    "load_promises_to_judge": lambda t, ids, company, day: [
        row for row in _to_judge(t, company, day) if row["customer_id"] in ids
    ],
    "claim_due_promises": lambda t, *columns: t.write("claim_due_promises", zip(*columns, strict=True)),
    "lock_receipts_of_day": _receipt_of_day,
    "receipts_since": _receipts,
    "load_holds": lambda t, *keys: t.by_key("credit_hold", zip(*keys, strict=True)),
    "load_hold_by_id": lambda t, hold_id: [r for r in t.rows("credit_hold") if r["hold_id"] == hold_id],
    "customers_to_age": lambda t, company, after, day, limit: _next_customers(_overdue(t, company, day), after, limit),
    "load_items_to_dun": _to_dun,
}


def _not_followed(tables: Tables, *columns: object) -> None:
    """The worklist's sums: made by SQL alone, of no concern to the rules."""


def collections_house() -> House:
    executes = {"ensure_customers": _ensure_customers, "refresh_aging": _not_followed}
    return House(collections, COLLECTIONS_READS, executes, daily=("promises", "aging"))


def analytics_house() -> House:
    """Without its daily reports, which SQL sums up: what is open as of a day is asked of its items and movements."""
    reads = {"load_items": lambda t, *keys: t.by_key("item", zip(*keys, strict=True))}
    return House(analytics, reads, {}, daily=())
