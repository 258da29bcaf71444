"""Credit memos over HTTP: posted at once within a person's authority, else when a second person approves."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.invoicing.access import Controller, CreditMemoIssuer, Db, Filter, Viewer
from services.invoicing.credit_memos import commands
from services.invoicing.credit_memos.schemas import CreateCreditMemo, CreditMemoState, CreditMemoView
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import NotFound
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.chassis.http.paging import day
from shared.chassis.http.schemas import WithReason

router = APIRouter()


@router.get("/credit-memos")
async def list_credit_memos(
    *,
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    company_id: Filter = None,
    document_number: Filter = None,
    state: CreditMemoState | None = None,
    reason_code: Filter = None,
    from_date: date | None = None,
    to_date: date | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CreditMemoView]:
    """Credit memos, the latest requested first; `state=waiting` are those that a second person has to decide on."""
    filters = (customer_id, company_id, document_number, state, reason_code, from_date, to_date)
    rows = await db.fetch("list_credit_memos", *filters, *decode_cursor(cursor, 2, day, str), limit + 1)
    return Page[CreditMemoView].of(
        rows, limit, CreditMemoView.of, lambda row: [row["requested_on"], row["credit_memo_id"]]
    )


@router.get("/credit-memos/{number}")
async def show_credit_memo(*, number: str, viewer: Viewer, db: Db) -> CreditMemoView:
    """One credit memo by its number, or by its id while it waits."""
    row = await db.fetchrow("view_credit_memo", number)
    if row is None:
        raise NotFound(f"there is no credit memo {number!r}: GET /credit-memos lists them")
    return CreditMemoView.of(row)


@router.post("/credit-memos", status_code=202)
async def request_credit_memo(*, body: CreateCreditMemo, command: CreditMemoIssuer) -> CreditMemoView:
    """Credits an invoice or finance charge: posted at once within the person's authority, else it waits.

    Dated today. cash_app applies it to the document first, then by the customer's rules.
    """

    async def work(uow: InvoicingWork) -> CreditMemoView:
        return await _view(await commands.request_credit_memo(body, command, uow), uow)

    return await command.run(work, body)


@router.post("/credit-memos/{credit_memo_id}/approve")
async def approve_credit_memo(*, credit_memo_id: str, body: WithReason, command: CreditMemoIssuer) -> CreditMemoView:
    """A second person, with enough authority, approves: the credit memo is numbered and posted."""

    async def work(uow: InvoicingWork) -> CreditMemoView:
        await commands.approve_credit_memo(credit_memo_id, body.reason, command, uow)
        return await _view(credit_memo_id, uow)

    return await command.run(work, body)


@router.post("/credit-memos/{credit_memo_id}/decline")
async def decline_credit_memo(*, credit_memo_id: str, body: WithReason, command: CreditMemoIssuer) -> CreditMemoView:
    """A second person declines; nothing is posted, and collections is informed where it had requested it."""

    async def work(uow: InvoicingWork) -> CreditMemoView:
        await commands.decline_credit_memo(credit_memo_id, body.reason, command, uow)
        return await _view(credit_memo_id, uow)

    return await command.run(work, body)


@router.post("/credit-memos/{number}/reverse")
async def reverse_credit_memo(*, number: str, body: WithReason, command: Controller) -> CreditMemoView:
    """Charges the amount of a credit memo that was issued by mistake again.

    By a debit memo, or the finance charge once more, due by the customer's terms. The credit memo itself stays, and so
    does its application in cash_app.
    """

    async def work(uow: InvoicingWork) -> CreditMemoView:
        return await _view(await commands.reverse_credit_memo(number, body.reason, command, uow), uow)

    return await command.run(work, body)


@router.post("/finance-charges/{number}/waive", status_code=202)
async def waive_finance_charge(*, number: str, body: WithReason, command: CreditMemoIssuer) -> CreditMemoView:
    """Waives what is left of a finance charge by a credit memo that names it, within the same authority."""

    async def work(uow: InvoicingWork) -> CreditMemoView:
        return await _view(await commands.waive_finance_charge(number, body.reason, command, uow), uow)

    return await command.run(work, body)


async def _view(credit_memo_id: str, uow: InvoicingWork) -> CreditMemoView:
    row = await uow.fetchrow("view_credit_memo", credit_memo_id)
    assert row is not None
    return CreditMemoView.of(row)
