"""Invariants of credit's exposure: it equals what cash_app and invoicing published, now and as of any past day."""

from __future__ import annotations

from datetime import date

from o2c.books.amounts import negated
from o2c.books.databases import Database
from o2c.books.report import Line, compare


async def exposure(dbs: dict[str, Database], day: date, at_present: bool) -> list[Line]:
    """Credit's dated exposure against the books of that day, customer by customer; at present its totals as well."""
    credit, cash_app = dbs["credit"], dbs["cash_app"]
    items = await credit.amounts("credit_exposure_as_of", "open_items", day)
    on_account = await credit.amounts("credit_exposure_as_of", "on_account", day)
    held_on_account = negated(await cash_app.amounts("on_account_by_customer", day))
    lines = [
        *compare(
            "Exposure: open items as of the day, per customer",
            "open items (cash_app)", await cash_app.amounts("open_by_customer", day), "exposure (credit)", items,
        ),
        *compare(
            "Exposure: money on account as of the day, per customer",
            "money on account (cash_app)", held_on_account, "exposure (credit)", on_account,
        ),
    ]  # fmt: skip
    if not at_present:
        return lines
    orders = await credit.amounts("credit_exposure_as_of", "open_orders", day)
    granted = await credit.amounts("credit_open_orders", amount="granted")
    due = await credit.amounts("credit_owed_by_due_day")
    carried = await credit.amounts("credit_accounts", amount="open_items_total")
    return [
        *lines,
        *compare(
            "Exposure: open orders = their dated changes, per customer",
            "approved and released (credit)", granted, "dated changes (credit)", orders,
        ),
        *compare(
            "Exposure: open items by due day, per customer", "open items (credit)", carried, "by due day (credit)", due
        ),
        *compare(
            "Exposure: money on account the account carries, per customer",
            "dated changes (credit)", on_account, "carried (credit)", await credit.amounts("credit_on_account"),
        ),
    ]  # fmt: skip
