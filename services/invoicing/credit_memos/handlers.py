"""Credit memos that collections requests."""

from __future__ import annotations

from typing import Final

from services.invoicing.credit_memos.domain.credit_memo import CreditMemo, RequestedCreditMemo, declined
from services.invoicing.credit_memos.domain.creditable_document import CannotBeCredited, CreditableDocument
from services.invoicing.credit_memos.posting import number_and_post
from services.invoicing.credit_memos.store import (
    CREDIT_MEMO_RULES,
    DocumentKey,
    insert_credit_memos,
    load_creditable_documents,
)
from services.invoicing.work import InvoicingWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.collections import CreditMemoRequested
from shared.kernel.money import Money, round_half_up

SYSTEM_ACTOR: Final = "invoicing"
"""Declines a request without a person where not enough is left of the document."""


async def credit_what_was_granted(events: list[CreditMemoRequested], uow: InvoicingWork) -> None:
    """What collections granted is credited, waits for a person above the policy's limit, or is declined."""
    rules = await uow.policy(CREDIT_MEMO_RULES)
    rows = await uow.fetch("known_credit_memos", [event.request_id for event in events])
    known = {row["credit_memo_id"] for row in rows}
    documents = await load_creditable_documents((_key(event) for event in events), uow)
    to_post: list[tuple[RequestedCreditMemo, Cause]] = []
    waiting: list[RequestedCreditMemo] = []
    for event in events:
        if event.request_id in known:
            continue
        known.add(event.request_id)
        try:
            requested = _requested(event, documents.get(_key(event)))
        except CannotBeCredited as error:
            owner = event.customer_id, event.company_id
            answer = declined(event.request_id, owner, by=SYSTEM_ACTOR, on=event.requested_on, why=str(error))
            uow.emit(answer, cause=event)
            continue
        if rules.on(event.requested_on).document.posts_for_collections(event.amount):
            documents[_key(event)] = documents[_key(event)].less(requested.memo.lines)
            to_post.append((requested, event))
        else:
            waiting.append(requested)
    await insert_credit_memos(waiting, uow)
    await number_and_post(to_post, uow)


def _key(event: CreditMemoRequested) -> DocumentKey:
    return event.customer_id, event.company_id, event.document_number


def _requested(event: CreditMemoRequested, document: CreditableDocument | None) -> RequestedCreditMemo:
    """Raises CannotBeCredited."""
    if document is None:
        raise CannotBeCredited(
            f"customer {event.customer_id} has no invoice or finance charge {event.document_number!r} of company "
            f"{event.company_id} that could be credited"
        )
    if document.currency != event.currency:
        raise CannotBeCredited(
            f"{Money(event.amount, event.currency)} of {document.document_number} cannot be credited: it is in "
            f"{document.currency}"
        )
    memo = CreditMemo(
        credit_memo_id=event.request_id,
        credit_memo_number="",
        customer_id=event.customer_id,
        company_id=event.company_id,
        document_number=event.document_number,
        document_kind=document.kind,
        settles_document=event.settles_document,
        credit_date=max(event.requested_on, document.document_date),
        currency=event.currency,
        lines=document.credit_by_amount(round_half_up(event.amount, event.currency)),
        reason_code=event.reason_code,
        reason=event.reason,
    )
    return RequestedCreditMemo(memo, event.requested_by, event.requested_on, event.request_id)
