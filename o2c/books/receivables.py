"""Invariants of what is owed: invoices, items, payments, and who else keeps a copy of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from o2c.books.amounts import Amounts, by_currency, minus, negated, plus
from o2c.books.databases import LAST_DAY, Database
from o2c.books.report import Line, amount_line, compare, keys_differing
from shared.kernel.aging import BUCKET_FROM_DAYS, AgingBucket, bucket_of

_ITEMS_SHOWN_MAX = 10
_BUCKET_COLUMNS = {
    AgingBucket.CURRENT: "current_amount",
    AgingBucket.DAYS_1_30: "days_1_30",
    AgingBucket.DAYS_31_60: "days_31_60",
    AgingBucket.DAYS_61_90: "days_61_90",
    AgingBucket.DAYS_91_120: "days_91_120",
    AgingBucket.OVER_120: "over_120",
}


async def open_items(dbs: dict[str, Database], day: date) -> list[Line]:
    """Invoices and finance charges less what relieved them, credit memos included, are the open items, customer by
    customer; none is ever below zero."""
    cash_app, invoicing = dbs["cash_app"], dbs["invoicing"]
    open_amounts = await cash_app.amounts("open_by_customer", day)
    invoices = await invoicing.amounts("invoiced_by_customer", day)
    charges = await invoicing.amounts("charged_by_customer", day)
    charge_ids = [row["charge_id"] for row in await invoicing.rows("charge_ids")]
    own = await cash_app.amounts("own_items_by_customer", day, charge_ids)
    relief = await cash_app.amounts("relief_by_customer", day)
    below = await cash_app.value("items_below_zero", day)
    return [
        *compare(
            "Open items = invoices - applications, per customer",
            "open items (cash_app)", open_amounts,
            "invoices and charges (invoicing) + deductions and fees - relief",
            minus(plus(invoices, charges, own), relief),
        ),
        Line("No item below zero, on any day", "items below zero (cash_app)", below, "none", 0),
    ]  # fmt: skip


async def copies(dbs: dict[str, Database]) -> list[Line]:
    """Who keeps a copy of the open items has the same, customer by customer. Of the present only."""
    items = await dbs["cash_app"].amounts("open_item_by_customer")
    from_movements = await dbs["cash_app"].amounts("open_by_customer", LAST_DAY)
    collections = await dbs["collections"].amounts("open_item_by_customer")
    credit = await dbs["credit"].amounts("open_item_by_customer")
    accounts = await dbs["credit"].amounts("credit_accounts", amount="open_items_total")
    authority = ("open items (cash_app)", items)
    return [
        *compare("Open items = their dated changes, per customer", *authority, "dated changes", from_movements),
        *compare("Open items of collections, per customer", *authority, "open items (collections)", collections),
        *compare("Open items of credit, per customer", *authority, "open items (credit)", credit),
        *compare("Open items in the exposure, per customer", *authority, "exposure (credit)", accounts),
    ]


async def orders(dbs: dict[str, Database]) -> list[Line]:
    """Open orders: credit has what invoicing published, and its exposure holds those it granted."""
    placed = await dbs["invoicing"].amounts("orders_by_customer")
    known = await dbs["credit"].amounts("credit_open_orders")
    granted = await dbs["credit"].amounts("credit_open_orders", amount="granted")
    exposure = await dbs["credit"].amounts("credit_accounts", amount="open_orders_total")
    return [
        *compare("Open orders, per customer", "open orders (invoicing)", placed, "open orders (credit)", known),
        *compare(
            "Open orders in the exposure, per customer",
            "approved and released (credit)", granted, "exposure (credit)", exposure,
        ),
    ]  # fmt: skip


async def payments(dbs: dict[str, Database], day: date, at_present: bool) -> list[Line]:
    """Money received is applied, refunded, returned, or waits in suspense, unapplied or on account."""
    cash_app = dbs["cash_app"]
    received, returned, claimed, refunded, used = [
        await cash_app.amounts(query, day, keys=("currency",))
        for query in (
            "payments_received", "payments_returned", "claims_for_returns", "payments_refunded",
            "applications_by_currency",
        )
    ]  # fmt: skip
    waiting = await cash_app.amounts("cash_waiting", day, keys=("account", "currency"))
    coded = negated(by_currency(await cash_app.amounts("coded_payments", day, keys=("account", "currency"))))
    lines = compare(
        "Payments = cash applied + cash waiting",
        "payments received - returned (cash_app)", plus(minus(received, returned), claimed),
        "applied + refunded + coded + waiting (cash_app)", plus(used, refunded, coded, by_currency(waiting)),
    )  # fmt: skip
    if at_present:
        as_they_stand = await cash_app.amounts("payments_waiting", keys=("account", "currency"))
        lines += compare(
            "Cash waiting = its dated changes",
            "the queues: payments and returns as they stand", as_they_stand, "dated changes", waiting,
        )  # fmt: skip
    return lines


async def analytics_items(dbs: dict[str, Database], day: date) -> list[Line]:
    """analytics has received every dated change of every item, exactly as cash_app made it."""
    sides = {}
    for name in ("cash_app", "analytics"):
        rows = await dbs[name].rows("movement_fingerprints", day)
        sides[name] = {row["customer_id"]: (row["movements"], row["fingerprint"]) for row in rows}
    customers = keys_differing(sides["cash_app"], sides["analytics"])
    counts = [sum(movements for movements, _ in side.values()) for side in sides.values()]
    invariant = "analytics = cash_app, item by item"
    lines = [
        Line(
            invariant, "dated changes (cash_app)", counts[0], "the same (analytics)", counts[1],
            note=f"{len(customers)} customers differ" if customers else "", off_by=len(customers),
        )
    ]  # fmt: skip
    if customers:
        left = await dbs["cash_app"].rows("items_of_customers", day, customers)
        right = await dbs["analytics"].rows("items_of_customers", day, customers)
        by_item = [
            {(row["customer_id"], row["item_id"], row["currency"]): (row["amount"], row["movements"]) for row in side}
            for side in (left, right)
        ]
        nothing = (Decimal(0), 0)
        differing = [key for key in sorted({*by_item[0], *by_item[1]}) if by_item[0].get(key) != by_item[1].get(key)]
        for key in differing[:_ITEMS_SHOWN_MAX]:
            mine, other = by_item[0].get(key, nothing), by_item[1].get(key, nothing)
            note = f"{mine[1]} against {other[1]} changes"
            lines.append(
                amount_line(invariant, "open (cash_app)", mine[0], "open (analytics)", other[0], key=key, note=note)
            )
    return lines


async def aging(dbs: dict[str, Database], as_of: date | None) -> list[Line]:
    """The aging that analytics answers is the aging of cash_app's items, bucket by bucket.

    At present that is the aging of the last business day begun.
    """
    day = as_of or await dbs["analytics"].value("last_day_begun") or LAST_DAY
    plain: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in await dbs["cash_app"].rows("aging_from_movements", day):
        plain[row["company_id"], str(bucket_of(row["due_date"], day)), row["currency"]] += row["amount"]
    rows = await dbs["analytics"].rows("view_aging_by_company", [day], day, day, list(BUCKET_FROM_DAYS))
    answered: Amounts = {
        (row["company_id"], str(bucket), row["currency"]): row[column]
        for row in rows
        for bucket, column in _BUCKET_COLUMNS.items()
        if row[column]
    }
    keys = ("company_id", "account", "currency")
    in_hand = await dbs["cash_app"].amounts("credit_in_hand", day, keys=keys)
    shown: Amounts = {
        (row["company_id"], account, row["currency"]): row[account]
        for row in rows
        for account in ("on_account", "unapplied")
        if row[account]
    }
    return [
        *compare("Aging, by company and bucket", "from dated changes (cash_app)", plain, "aging (analytics)", answered),
        *compare("Customers' money in the aging", "dated changes (cash_app)", in_hand, "aging (analytics)", shown),
    ]


async def aging_sums(dbs: dict[str, Database], day: date) -> list[Line]:
    """The sums behind the aging are those of the items: by due date at the end of the day, and on every day."""
    analytics, keys = dbs["analytics"], ("company_id", "due_on", "currency")
    summed = await analytics.amounts("aging_by_due_date", day, keys=keys)
    of_items = await analytics.amounts("items_by_due_date", day, keys=keys)
    counted = await analytics.amounts("aging_by_due_date", day, keys=keys, amount="items")
    items = await analytics.amounts("items_by_due_date", day, keys=keys, amount="items")
    differing = await analytics.value("aging_sums_differing")
    return [
        *compare("Aging sums = open items, by due date", "sums (analytics)", summed, "items (analytics)", of_items),
        Line(
            "Items counted in the aging, by due date", "sums (analytics)", sum(counted.values(), 0),
            "items (analytics)", sum(items.values(), 0),
            off_by=sum(counted.get(key) != items.get(key) for key in {*counted, *items}),
        ),
        Line("Aging sums = dated changes, on every day", "sums that differ (analytics)", differing, "none", 0),
    ]  # fmt: skip


async def invoice_numbers(dbs: dict[str, Database]) -> list[Line]:
    """Every number of a series up to the last one given out is on exactly one invoice, credit memo or charge."""
    rows = await dbs["invoicing"].rows("invoice_numbers")
    return [
        Line(
            "Document numbers without gaps, per series",
            "last number given out", row["last_number"], "documents with a number up to it", row["used"], row["series"],
        )
        for row in rows
    ]  # fmt: skip
