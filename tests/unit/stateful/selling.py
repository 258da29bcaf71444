"""Invoicing and credit over dictionaries: how their queries read."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from services.credit.app import service as credit
from services.invoicing.app import service as invoicing
from tests.unit.stateful.houses import House
from tests.unit.stateful.tables import Row, Tables

UNHEARD = {
    "customer_version": 0, "company_id": "", "name": "", "currency": "", "credit_limit": Decimal(0),
    "limit_version": 0, "open_items_total": Decimal(0), "open_orders_total": Decimal(0), "state": "Active",
    "state_version": 0, "holds": "{}",
}  # fmt: skip
"""The defaults of credit's table `account`."""


def _nothing(tables: Tables, *arguments: object) -> None:
    """A lock; there is nobody else."""


def _prices(tables: Tables, lists: list[str], items: list[str]) -> list[Row]:
    wanted = set(zip(lists, items, strict=True))
    return [row for row in tables.rows("price") if (row["price_list_id"], row["item_id"]) in wanted]


def _waking(tables: Tables, items: list[str], companies: list[str], quantities: list[int]) -> list[Row]:
    """The oldest orders waiting for what came in, as far as it reaches."""
    found: dict[tuple[str, str], Row] = {}
    for item_id, company_id, quantity in zip(items, companies, quantities, strict=True):
        of_item = [
            row
            for row in tables.rows("backorder")
            if (row["item_id"], row["company_id"]) == (item_id, company_id) and row["quantity"] > 0
        ]
        left = quantity
        for row in sorted(of_item, key=lambda r: (r["order_date"], r["order_id"], r["customer_id"], r["line_no"])):
            if left > 0:
                found[row["customer_id"], row["order_id"]] = row
            left -= 0 if row["waits_for_others"] else row["quantity"]
    return list(found.values())


def _early(tables: Tables, kind: str, customers: list[str], orders: list[str]) -> list[Row]:
    wanted = set(zip(customers, orders, strict=True))
    found = [
        row
        for row in tables.rows("early_event")
        if row["kind"] == kind and (row["customer_id"], row["order_id"]) in wanted
    ]
    return sorted(found, key=lambda r: (r["business_date"], r["customer_id"], r["order_id"], r["subject"]))


def _take_cancellations(tables: Tables, customers: list[str], orders: list[str]) -> list[Row]:
    taken = _early(tables, "cancellation", customers, orders)
    for row in taken:
        del tables.of["early_event"][row["customer_id"], row["order_id"], row["kind"], row["subject"]]
    return taken


def _delete_shipments(tables: Tables, customers: list[str], shipments: list[str]) -> None:
    done = set(zip(customers, shipments, strict=True))
    kept = tables.of["early_event"]
    for key, row in list(kept.items()):
        if row["kind"] == "shipment" and (row["customer_id"], row["subject"]) in done:
            del kept[key]


def _owners(tables: Tables, orders: list[str]) -> list[Row]:
    return [r for r in tables.rows("customer_order") if r["order_id"] in orders and r["state"] != "Rejected"]


INVOICING_READS = {
    "load_customers": lambda t, ids: t.by_key("customer", ((i,) for i in ids)),
    "read_customers": lambda t, ids: t.by_key("customer", ((i,) for i in ids)),
    "load_items": lambda t, ids: t.by_key("item", ((i,) for i in ids)),
    "read_items": lambda t, ids: t.by_key("item", ((i,) for i in ids)),
    "load_prices": lambda t, *keys: t.by_key("price", zip(*keys, strict=True)),
    "read_prices": _prices,
    "load_orders": lambda t, *keys: t.by_key("customer_order", zip(*keys, strict=True)),
    "order_owners": _owners,
    "load_backorders": lambda t, *keys: t.by_key("backorder", zip(*keys, strict=True)),
    "backorders_to_wake": _waking,
    "read_replenishments": lambda t, ids: t.by_key("item_replenishment", ((i,) for i in ids)),
    "count_replenishments": lambda t, *columns: t.write("count_replenishments", zip(*columns, strict=True)),
    "known_shipments": lambda t, *keys: t.by_key("shipment", zip(*keys, strict=True)),
    "known_invoices": lambda t, ids: [row for row in t.rows("invoice") if row["invoice_id"] in ids],
    "take_numbers": lambda t, *columns: t.write("take_numbers", zip(*columns, strict=True)),
    "take_early_cancellations": _take_cancellations,
    "early_shipments": lambda t, customers, orders: _early(t, "shipment", customers, orders),
}


def invoicing_house() -> House:
    executes = {
        "join_order_intake": _nothing,
        "stop_order_intake": _nothing,
        "delete_early_shipments": _delete_shipments,
    }
    return House(invoicing, INVOICING_READS, executes)


def _count_exposure(tables: Tables, customers: list[str], currencies: list[str]) -> Iterable[Row]:
    for customer_id, currency in zip(customers, currencies, strict=True):
        items = [r for r in tables.rows("open_item") if (r["customer_id"], r["currency"]) == (customer_id, currency)]
        orders = [r for r in tables.rows("open_order") if (r["customer_id"], r["currency"]) == (customer_id, currency)]
        going_on = [order for order in orders if order["decision"] in ("approved", "released")]
        yield {
            "customer_id": customer_id,
            "open_items_total": sum((item["open_amount"] for item in items), Decimal(0)),
            "open_orders_total": sum((order["open_amount"] for order in going_on), Decimal(0)),
        }


def _undecided(tables: Tables, customers: list[str]) -> list[Row]:
    return [
        row
        for row in tables.rows("open_order")
        if row["customer_id"] in customers and row["decision"] in ("waiting", "held")
    ]


def _next_accounts(tables: Tables, company_id: str, after: str, limit: int) -> list[Row]:
    known = [row for row in tables.rows("account") if row["company_id"] == company_id and row["customer_version"] > 0]
    return [row for row in known if row["customer_id"] > after][:limit]


def _open_accounts(tables: Tables, customers: list[str]) -> None:
    for customer_id in customers:
        tables.put("account", (customer_id,), customer_id=customer_id, **UNHEARD)


CREDIT_READS = {
    "load_accounts": lambda t, ids: t.by_key("account", ((i,) for i in ids)),
    "load_items": lambda t, *keys: t.by_key("open_item", zip(*keys, strict=True)),
    "load_orders": lambda t, *keys: t.by_key("open_order", zip(*keys, strict=True)),
    "load_holds": lambda t, *keys: t.by_key("account_hold", zip(*keys, strict=True)),
    "load_undecided_orders": _undecided,
    "find_order": lambda t, order_id: [row for row in t.rows("open_order") if row["order_id"] == order_id],
    "count_exposure": _count_exposure,
    "next_accounts": _next_accounts,
}


def credit_house() -> House:
    return House(credit, CREDIT_READS, {"open_accounts": _open_accounts}, daily=("review",))
