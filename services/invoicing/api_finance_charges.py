"""Finance charges over HTTP: seen, charged by hand, waived."""

from __future__ import annotations

from datetime import date
from typing import Literal

from fastapi import APIRouter

from services.invoicing.access import Controller, Db, Filter, Giver, Viewer
from services.invoicing.api_credit_memos import credit, document_of
from services.invoicing.charging import post_charges
from services.invoicing.domain.finance_charges import FinanceCharge
from services.invoicing.store import InvoicingWork
from services.invoicing.views_credit_memos import (
    AskedCharge,
    AskedCreditMemo,
    CreditMemoView,
    FinanceChargeView,
    WithReason,
)
from shared.chassis.http import (
    Conflict,
    Cursor,
    Limit,
    NotFound,
    Page,
    Unprocessable,
    decode_cursor,
)
from shared.chassis.http.paging import day
from shared.kernel.money import is_exact, round_half_up

router = APIRouter()


@router.get("/finance-charges")
async def list_finance_charges(
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
async def show_finance_charge(number: str, viewer: Viewer, db: Db) -> FinanceChargeView:
    """One finance charge by its number, with the items it was charged for."""
    row = await db.fetchrow("view_finance_charge", number)
    if row is None:
        raise NotFound(f"there is no finance charge {number!r}: GET /finance-charges lists them")
    return FinanceChargeView.of(row)


@router.post("/finance-charges", status_code=201)
async def charge_by_hand(body: AskedCharge, command: Controller) -> FinanceChargeView:
    """Charges a customer by hand, dated today, beside what the policy finance_charges of collections assesses."""

    async def work(uow: InvoicingWork) -> FinanceChargeView:
        customers = await uow.customers.fetch("read_customers", [body.customer_id])
        if not customers:
            raise Unprocessable(
                f"customer {body.customer_id!r} is not known: the ERP has to tell of the customer first"
            )
        currency, today = body.currency or customers[0].currency, uow.business_date
        if not is_exact(body.amount, currency):
            raise Unprocessable(
                f"{body.amount} is not an amount of {currency}: give {round_half_up(body.amount, currency)}"
            )
        due_date = body.due_date or customers[0].terms.due_date(today)
        if due_date < today:
            raise Unprocessable(f"a charge of {today} cannot be due on {due_date}: give a later due_date, or none")
        charge = FinanceCharge(
            charge_id=f"FC-{command.id}",
            charge_number="",
            customer_id=body.customer_id,
            company_id=customers[0].company_id,
            kind=body.kind,
            charge_date=today,
            due_date=due_date,
            currency=currency,
            amount=round_half_up(body.amount, currency),
            reason=body.reason,
        )
        (posted,) = await post_charges([(charge, command)], uow)
        uow.audit(command, "charge_by_hand", posted.charge_number, before=None, after=body)
        facts = {name: getattr(posted, name) for name in FinanceChargeView.model_fields if name != "items"}
        return FinanceChargeView(**facts, items=[])

    return await command.run(work, body)


@router.post("/finance-charges/{number}/waive", status_code=202)
async def waive_finance_charge(number: str, body: WithReason, command: Giver) -> CreditMemoView:
    """Takes back what is left of a finance charge: a credit memo that names it, by the same authority as any other."""

    async def work(uow: InvoicingWork) -> CreditMemoView:
        document = await document_of(number, None, uow)
        if document.kind == "invoice":
            raise Unprocessable(f"{number} is an invoice, no finance charge: POST /credit-memos credits it")
        if not document.left:
            raise Conflict(f"finance charge {number} was waived before: nothing of {document.total} is left")
        told = AskedCreditMemo(document_number=number, reason_code="finance_charge", reason=body.reason)
        return await credit(document, document.by_amount(document.left), told, command, uow)

    return await command.run(work, body)
