"""What a person asks for of credit memos: request, approve, decline, reverse; a finance charge is waived by one."""

from __future__ import annotations

from typing import Literal

from services.invoicing.credit_memos.domain.credit_memo import CreditMemo, RequestedCreditMemo, declined
from services.invoicing.credit_memos.domain.creditable_document import (
    CannotBeCredited,
    CreditableDocument,
    CreditedLine,
)
from services.invoicing.credit_memos.posting import charge_again, number_and_post, numbered, post_memo
from services.invoicing.credit_memos.schemas import CreateCreditMemo
from services.invoicing.credit_memos.store import (
    CREDIT_MEMO_RULES,
    insert_credit_memos,
    load_creditable_documents,
    requested_from_row,
)
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.kernel.authority import check_authority, check_second_person
from shared.kernel.money import Money, amount_text

WAIVER_REASON_CODE = "finance_charge"


async def request_credit_memo(body: CreateCreditMemo, command: Command, uow: InvoicingWork) -> str:
    """Credits an invoice or finance charge, or lets it wait for a second person; the credit memo's id.

    Raises NotFound, Conflict or Unprocessable.
    """
    document = await _document(body.document_number, body.company_id, uow)
    return await _credit(document, _lines(document, body), body, command, uow)


async def waive_finance_charge(number: str, reason: str, command: Command, uow: InvoicingWork) -> str:
    """Credits what is left of a finance charge, as any other credit memo; the credit memo's id.

    Raises NotFound, Conflict or Unprocessable.
    """
    document = await _document(number, None, uow)
    if document.kind == "invoice":
        raise Unprocessable(f"{number} is an invoice, not a finance charge: use POST /credit-memos to credit it")
    if not document.left:
        charged = Money(document.total, document.currency)
        raise Conflict(f"finance charge {number} was waived before: nothing of {charged} is left")
    body = CreateCreditMemo(document_number=number, reason_code=WAIVER_REASON_CODE, reason=reason)
    return await _credit(document, document.credit_by_amount(document.left), body, command, uow)


async def approve_credit_memo(credit_memo_id: str, reason: str, command: Command, uow: InvoicingWork) -> None:
    """A second person approves: the credit memo is numbered and posted.

    Raises NotFound, Conflict, RequesterCannotApprove, or AuthorityExceeded above the person's limit.
    """
    memo = (await _waiting(credit_memo_id, command, uow)).memo
    today = uow.business_date_of(memo.company_id)
    rules = (await uow.policy(CREDIT_MEMO_RULES)).on(today).document
    check_authority(
        rules.authority,
        command.person.name,
        command.person.roles,
        amount=memo.total,
        currency=memo.currency,
        policy_name=CREDIT_MEMO_RULES.name,
    )
    document = await _document(memo.document_number, memo.company_id, uow)
    if not document.can_credit(memo.lines):
        raise Conflict(
            f"{Money(memo.total, memo.currency)} of {memo.document_number} cannot be credited any more: "
            f"{amount_text(document.total, memo.currency)} was charged and "
            f"{amount_text(document.total - document.left, memo.currency)} credited meanwhile; decline, and request a "
            "new one"
        )
    (posted,) = await numbered([(memo, max(today, document.document_date))], uow)
    post_memo(posted, command, uow)
    await _decide(posted, "posted", reason, command, uow)


async def decline_credit_memo(credit_memo_id: str, reason: str, command: Command, uow: InvoicingWork) -> None:
    """A second person declines: nothing is posted; where collections requested it, CreditMemoDeclined is published.

    Raises NotFound, Conflict or RequesterCannotApprove.
    """
    requested = await _waiting(credit_memo_id, command, uow)
    if requested.request_id is not None:
        owner = requested.memo.customer_id, requested.memo.company_id
        today = uow.business_date_of(requested.memo.company_id)
        answer = declined(requested.request_id, owner, by=command.person.name, on=today, why=reason)
        uow.emit(answer, cause=command)
    await _decide(requested.memo, "declined", reason, command, uow)


async def reverse_credit_memo(number: str, reason: str, command: Command, uow: InvoicingWork) -> str:
    """Charges the amount of a posted credit memo again; the credit memo's id. Raises NotFound or Conflict."""
    row = await uow.fetchrow("lock_posted_credit_memo", number)
    if row is None:
        raise NotFound(f"there is no posted credit memo {number!r}: see GET /credit-memos?state=posted")
    if row["reversed_by"] is not None:
        raise Conflict(f"credit memo {number} was reversed before, by {row['reversed_by']}")
    memo = requested_from_row(row).memo
    document = await charge_again(memo, command, uow)
    await uow.execute("mark_credit_memo_reversed", memo.customer_id, memo.credit_memo_id, document)
    uow.audit(command, "reverse_credit_memo", number, before=None, after={"by": document, "why": reason})
    return memo.credit_memo_id


async def _document(number: str, company_id: str | None, uow: InvoicingWork) -> CreditableDocument:
    """The document with this number, locked. Raises NotFound, or Conflict where several companies have one."""
    owners = await uow.fetch("documents_by_number", number, company_id)
    if len(owners) > 1:
        companies = ", ".join(sorted(row["company_id"] for row in owners))
        raise Conflict(f"several companies have a document {number!r} ({companies}): give the company_id")
    found = await load_creditable_documents([(row["customer_id"], row["company_id"], number) for row in owners], uow)
    if not found:
        raise NotFound(
            f"there is no invoice or finance charge {number!r}: GET /invoices and GET /finance-charges list them"
        )
    return next(iter(found.values()))


def _lines(document: CreditableDocument, body: CreateCreditMemo) -> tuple[CreditedLine, ...]:
    try:
        if body.amount is not None:
            return document.credit_by_amount(body.amount)
        if not body.lines:
            return document.credit_by_amount(document.left)
        quantities = [(line.line_no, line.quantity) for line in body.lines if line.quantity is not None]
        amounts = [(line.line_no, line.amount) for line in body.lines if line.amount is not None]
        credited = list(document.credit_by_quantity(quantities))
        for line_no, amount in amounts:
            credited += document.credit_by_amount(amount, line_no)
        return tuple(sorted(credited, key=lambda line: line.line_no))
    except CannotBeCredited as error:
        raise Unprocessable(str(error)) from None


async def _credit(
    document: CreditableDocument,
    lines: tuple[CreditedLine, ...],
    body: CreateCreditMemo,
    command: Command,
    uow: InvoicingWork,
) -> str:
    """Posts the credit memo, or lets it wait where the person has not the authority; its id."""
    today = uow.business_date_of(document.company_id)
    rules = (await uow.policy(CREDIT_MEMO_RULES)).on(today).document
    if body.reason_code not in rules.reasons:
        raise Unprocessable(f"{body.reason_code!r} is no reason for a credit memo: use {', '.join(rules.reasons)}")
    memo = CreditMemo(
        credit_memo_id=f"CM-{command.id}",
        credit_memo_number="",
        customer_id=document.customer_id,
        company_id=document.company_id,
        document_number=document.document_number,
        document_kind=document.kind,
        settles_document=body.settles_document,
        credit_date=max(today, document.document_date),
        currency=document.currency,
        lines=lines,
        reason_code=body.reason_code,
        reason=body.reason,
    )
    requested = RequestedCreditMemo(memo, command.person.name, today)
    if rules.covers(command.person.roles, memo.total):
        await number_and_post([(requested, command)], uow)
        action = "credit"
    else:
        await insert_credit_memos([requested], uow)
        action = "request_credit_memo"
    uow.audit(command, action, document.document_number, before={"left": str(document.left)}, after=body)
    return memo.credit_memo_id


async def _waiting(credit_memo_id: str, command: Command, uow: InvoicingWork) -> RequestedCreditMemo:
    row = await uow.fetchrow("lock_credit_memo", credit_memo_id)
    if row is None:
        raise NotFound(
            f"there is no credit memo {credit_memo_id!r}: GET /credit-memos?state=waiting lists those that wait"
        )
    if row["state"] != "waiting":
        by = row["decided_by"] or row["requested_by"]
        raise Conflict(f"credit memo {credit_memo_id} was {row['state']} by {by} already")
    check_second_person(row["requested_by"], command.person.name)
    return requested_from_row(row)


async def _decide(
    memo: CreditMemo, state: Literal["posted", "declined"], reason: str, command: Command, uow: InvoicingWork
) -> None:
    posted = state == "posted"
    await uow.execute(
        "decide_credit_memo", memo.customer_id, memo.credit_memo_id, state,
        memo.credit_memo_number if posted else None, memo.series, memo.sequence_number,
        memo.credit_date if posted else None, command.person.name, uow.business_date_of(memo.company_id),
        reason,
    )  # fmt: skip
    uow.audit(command, f"{state}_credit_memo", memo.document_number, before="waiting", after={"reason": reason})
