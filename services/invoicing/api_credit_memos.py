"""Credit memos over HTTP: within a person's authority at once, else when a second person agrees."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter

from services.invoicing.access import Controller, Db, Filter, Giver, Viewer
from services.invoicing.charging import charge_again
from services.invoicing.crediting import (
    CREDIT_MEMO_RULES,
    Asked,
    asked_from_row,
    declined,
    documents_to_credit,
    keep,
    numbered,
    post_asked,
    post_memo,
)
from services.invoicing.domain.credit_memos import CannotBeCredited, CreditedLine, CreditMemo, DocumentToCredit
from services.invoicing.store import InvoicingWork
from services.invoicing.views_credit_memos import AskedCreditMemo, CreditMemoState, CreditMemoView, WithReason
from shared.chassis.http import (
    Command,
    Conflict,
    Cursor,
    Forbidden,
    Limit,
    NotFound,
    Page,
    Unprocessable,
    decode_cursor,
)
from shared.chassis.http.paging import day

router = APIRouter()


@router.get("/credit-memos")
async def list_credit_memos(
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
    """Credit memos, the latest asked for first; `state=waiting` are those that a second person has to decide on."""
    filters = (customer_id, company_id, document_number, state, reason_code, from_date, to_date)
    rows = await db.fetch("list_credit_memos", *filters, *decode_cursor(cursor, 2, day, str), limit + 1)
    return Page[CreditMemoView].of(
        rows, limit, CreditMemoView.of, lambda row: [row["requested_on"], row["credit_memo_id"]]
    )


@router.get("/credit-memos/{number}")
async def show_credit_memo(number: str, viewer: Viewer, db: Db) -> CreditMemoView:
    """One credit memo by its number, or by its id while it waits."""
    row = await db.fetchrow("view_credit_memo", number)
    if row is None:
        raise NotFound(f"there is no credit memo {number!r}: GET /credit-memos lists them")
    return CreditMemoView.of(row)


@router.post("/credit-memos", status_code=202)
async def ask_for_credit_memo(body: AskedCreditMemo, command: Giver) -> CreditMemoView:
    """Credits an invoice or finance charge: posted at once within the person's authority, else it waits.

    Dated today; settles the document first, then what the customer's rules say.
    """

    async def work(uow: InvoicingWork) -> CreditMemoView:
        document = await document_of(body.document_number, body.company_id, uow)
        return await credit(document, _lines(document, body), body, command, uow)

    return await command.run(work, body)


@router.post("/credit-memos/{credit_memo_id}/approve")
async def approve_credit_memo(credit_memo_id: str, body: WithReason, command: Giver) -> CreditMemoView:
    """A second person, with enough authority, agrees: the credit memo is numbered and posted."""

    async def work(uow: InvoicingWork) -> CreditMemoView:
        asked = await _undecided(credit_memo_id, command, uow)
        memo = asked.memo
        rules = (await uow.policy(CREDIT_MEMO_RULES)).on(uow.business_date).document
        if not rules.covers(command.person.roles, memo.total):
            raise Forbidden(
                f"{command.person.name}'s authority does not cover {memo.total} {memo.currency}: somebody with more "
                "has to approve (policy credit_memo_rules)"
            )
        document = await document_of(memo.document_number, memo.company_id, uow)
        if not document.still_has(memo.lines):
            raise Conflict(
                f"{memo.total} {memo.currency} of {memo.document_number} cannot be credited any more: {document.total} "
                f"was charged and {document.total - document.left} credited meanwhile; decline, and ask again"
            )
        (posted,) = await numbered([(memo, max(uow.business_date, document.document_date))], uow)
        post_memo(posted, command, uow)
        return await _decide(posted, "posted", body, command, uow)

    return await command.run(work, body)


@router.post("/credit-memos/{credit_memo_id}/decline")
async def decline_credit_memo(credit_memo_id: str, body: WithReason, command: Giver) -> CreditMemoView:
    """A second person does not agree; nothing is posted, and collections is told where it had asked."""

    async def work(uow: InvoicingWork) -> CreditMemoView:
        asked = await _undecided(credit_memo_id, command, uow)
        if asked.request_id is not None:
            owner = asked.memo.customer_id, asked.memo.company_id
            answer = declined(asked.request_id, owner, command.person.name, uow.business_date, body.reason)
            uow.emit(answer, cause=command)
        return await _decide(asked.memo, "declined", body, command, uow)

    return await command.run(work, body)


@router.post("/credit-memos/{number}/reverse")
async def reverse_credit_memo(number: str, body: WithReason, command: Controller) -> CreditMemoView:
    """Charges again what a credit memo took off by mistake: a debit memo, or the finance charge once more, due by the
    customer's terms. The credit memo stays, as does what cash application made of it."""

    async def work(uow: InvoicingWork) -> CreditMemoView:
        row = await uow.fetchrow("lock_posted_credit_memo", number)
        if row is None:
            raise NotFound(f"there is no posted credit memo {number!r}: see GET /credit-memos?state=posted")
        if row["reversed_by"] is not None:
            raise Conflict(f"credit memo {number} was reversed before, by {row['reversed_by']}")
        memo = asked_from_row(row).memo
        document = await charge_again(memo, command, uow)
        await uow.execute("mark_credit_memo_reversed", memo.customer_id, memo.credit_memo_id, document)
        uow.audit(command, "reverse_credit_memo", number, before=None, after={"by": document, "why": body.reason})
        return await _shown(memo.credit_memo_id, uow)

    return await command.run(work, body)


async def document_of(number: str, company_id: str | None, uow: InvoicingWork) -> DocumentToCredit:
    """The one document with this number, locked. Raises NotFound, or Conflict where several companies have one."""
    owners = await uow.fetch("documents_by_number", number, company_id)
    if len(owners) > 1:
        companies = ", ".join(sorted(row["company_id"] for row in owners))
        raise Conflict(f"several companies have a document {number!r} ({companies}): say which with company_id")
    found = await documents_to_credit([(row["customer_id"], row["company_id"], number) for row in owners], uow)
    if not found:
        raise NotFound(
            f"there is no invoice or finance charge {number!r}: GET /invoices and GET /finance-charges list them"
        )
    return next(iter(found.values()))


async def credit(
    document: DocumentToCredit,
    lines: tuple[CreditedLine, ...],
    told: AskedCreditMemo,
    command: Command,
    uow: InvoicingWork,
) -> CreditMemoView:
    """Posts the credit memo, or lets it wait where the person's authority does not cover it."""
    rules = (await uow.policy(CREDIT_MEMO_RULES)).on(uow.business_date).document
    if told.reason_code not in rules.reasons:
        raise Unprocessable(f"{told.reason_code!r} is no reason for a credit memo: use {', '.join(rules.reasons)}")
    memo = CreditMemo(
        credit_memo_id=f"CM-{command.id}",
        credit_memo_number="",
        customer_id=document.customer_id,
        company_id=document.company_id,
        document_number=document.document_number,
        document_kind=document.kind,
        settles_document=told.settles_document,
        credit_date=max(uow.business_date, document.document_date),
        currency=document.currency,
        lines=lines,
        reason_code=told.reason_code,
        reason=told.reason,
    )
    asked = Asked(memo, command.person.name, uow.business_date)
    if rules.covers(command.person.roles, memo.total):
        await post_asked([(asked, command)], uow)
        action = "credit"
    else:
        await keep([asked], uow)
        action = "ask_for_credit_memo"
    uow.audit(command, action, document.document_number, before={"left": str(document.left)}, after=told)
    return await _shown(memo.credit_memo_id, uow)


def _lines(document: DocumentToCredit, body: AskedCreditMemo) -> tuple[CreditedLine, ...]:
    try:
        if body.amount is not None:
            return document.by_amount(body.amount)
        if not body.lines:
            return document.by_amount(document.left)
        pieces = [(line.line_no, line.quantity) for line in body.lines if line.quantity is not None]
        amounts = [(line.line_no, line.amount) for line in body.lines if line.amount is not None]
        credited = list(document.by_quantity(pieces))
        for line_no, amount in amounts:
            credited += document.by_amount(amount, line_no)
        return tuple(sorted(credited, key=lambda line: line.line_no))
    except CannotBeCredited as error:
        raise Unprocessable(str(error)) from None


async def _undecided(credit_memo_id: str, command: Command, uow: InvoicingWork) -> Asked:
    row = await uow.fetchrow("lock_credit_memo", credit_memo_id)
    if row is None:
        raise NotFound(
            f"there is no credit memo {credit_memo_id!r}: GET /credit-memos?state=waiting lists those that wait"
        )
    if row["state"] != "waiting":
        by = row["decided_by"] or row["requested_by"]
        raise Conflict(f"credit memo {credit_memo_id} was {row['state']} by {by} already")
    if row["requested_by"] == command.person.name:
        raise Forbidden(f"{command.person.name} asked for it: somebody else has to decide")
    return asked_from_row(row)


async def _decide(
    memo: CreditMemo, state: CreditMemoState, body: WithReason, command: Command, uow: InvoicingWork
) -> CreditMemoView:
    posted = state == "posted"
    await uow.execute(
        "decide_credit_memo", memo.customer_id, memo.credit_memo_id, state,
        memo.credit_memo_number if posted else None, memo.credit_date if posted else None, command.person.name,
        uow.business_date, body.reason,
    )  # fmt: skip
    uow.audit(command, f"{state}_credit_memo", memo.document_number, before="waiting", after=body)
    return await _shown(memo.credit_memo_id, uow)


async def _shown(credit_memo_id: str, uow: InvoicingWork) -> CreditMemoView:
    row = await uow.fetchrow("view_credit_memo", credit_memo_id)
    assert row is not None
    return CreditMemoView.of(row)
