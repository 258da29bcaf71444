"""Finance charges over HTTP: listed, and posted by a person."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter

from services.invoicing.access import Controller, Db, Filter, Viewer
from services.invoicing.finance_charges import commands
from services.invoicing.finance_charges.schemas import CreateFinanceCharge, FinanceChargeView
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import NotFound
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.paging import day

router = APIRouter()


@router.get("/finance-charges")
async def list_finance_charges(
    *,
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    company_id: Filter = None,
    kind: Literal["interest", "fee"] | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FinanceChargeView]:
    """Finance charges, newest first."""
    filters = (customer_id, company_id, kind, from_date, to_date)
    rows = await db.fetch("list_finance_charges", *filters, *decode_cursor(cursor, 2, day, str), limit + 1)
    return Page[FinanceChargeView].of(
        rows, limit, FinanceChargeView.of, lambda row: [row["charge_date"], row["charge_id"]]
    )


@router.get("/finance-charges/{number}")
async def show_finance_charge(*, number: str, viewer: Viewer, db: Db) -> FinanceChargeView:
    """One finance charge by its number, with the items for which it was charged."""
    row = await db.fetchrow("view_finance_charge", number)
    if row is None:
        raise NotFound(f"there is no finance charge {number!r}: GET /finance-charges lists them")
    return FinanceChargeView.of(row)


@router.post("/finance-charges", status_code=201)
async def post_finance_charge(*, body: CreateFinanceCharge, command: Controller) -> FinanceChargeView:
    """Charges a customer, dated today, in addition to what the policy finance_charges of collections assesses."""

    async def work(uow: InvoicingWork) -> FinanceChargeView:
        posted = await commands.post_finance_charge(body, command, uow)
        facts = {name: getattr(posted, name) for name in FinanceChargeView.model_fields if name != "items"}
        return FinanceChargeView(**facts, items=[])

    return await command.run(work, body)
