"""Invariants of credit memos and deductions: issuer and recipient agree."""

from __future__ import annotations

from datetime import date

from o2c.books.databases import Database
from o2c.books.report import Line, compare


async def credits(dbs: dict[str, Database], day: date, at_present: bool) -> list[Line]:
    """Credit memos reach cash_app whole, and never exceed what was charged; deductions reach collections."""
    invoicing, cash_app = dbs["invoicing"], dbs["cash_app"]
    given = await invoicing.amounts("credited_by_customer", day)
    recorded = await cash_app.amounts("credit_memos_by_customer", day)
    lines = compare(
        "Credit memos posted = credit memos recorded, per customer",
        "credit memos (invoicing)", given, "credit memos (cash_app)", recorded,
    )  # fmt: skip
    if not at_present:
        return lines
    too_much = await invoicing.value("credited_too_much")
    deducted = await cash_app.amounts("deductions_by_customer")
    known = await dbs["collections"].amounts("deductions_known")
    return [
        *lines,
        Line("No document credited beyond what it charged", "documents (invoicing)", too_much, "none", 0),
        *compare(
            "Deductions = cases of collections, per customer",
            "deduction items (cash_app)", deducted, "deductions (collections)", known,
        ),
    ]  # fmt: skip
