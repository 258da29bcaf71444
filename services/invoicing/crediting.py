"""From what is to be credited to credit memos in the books: checked, numbered, posted, told to the others."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

from services.invoicing.domain.credit_memo_rules import CreditMemoRules
from services.invoicing.domain.credit_memos import (
    NOTHING,
    WHOLE,
    CannotBeCredited,
    CreditedLine,
    CreditMemo,
    DocumentToCredit,
    LineToCredit,
)
from services.invoicing.domain.numbering import hand_out, wanted
from services.invoicing.store import InvoicingWork
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import Cause
from shared.components.ledger import post
from shared.contracts.collections import CreditMemoRequested
from shared.contracts.invoicing import CreditMemoDeclined
from shared.kernel.money import round_half_up

CREDIT_MEMO_RULES: Final = PolicyKind(
    "credit_memo_rules",
    CreditMemoRules,
    Path(__file__).parent / "policies" / "credit_memo_rules.json",
    changed_by=("controller",),
)

Key: TypeAlias = tuple[str, str, str]
"""Customer, company and document number."""

BY_THE_RULES: Final = "invoicing"
"""Who declines what nobody needs to look at: there is not that much left of the document."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A credit memo with who asked for it; `request_id` where collections did."""

    memo: CreditMemo
    requested_by: str
    requested_on: date
    request_id: str | None = None


async def documents_to_credit(keys: Iterable[Key], uow: InvoicingWork) -> dict[Key, DocumentToCredit]:
    """Those documents that are in the books, locked, with what was credited of them before."""
    sought = sorted(set(keys))
    if not sought:
        return {}
    columns = [list(part) for part in zip(*sought, strict=True)]
    invoices = await uow.fetch("invoices_to_credit", *columns)
    charges = await uow.fetch("charges_to_credit", *columns)
    credited: defaultdict[Key, list[CreditedLine]] = defaultdict(list)
    for row in await uow.fetch("credited_before", *columns):
        key = row["customer_id"], row["company_id"], row["document_number"]
        credited[key] += lines_from_row(row)
    found = [_of_invoice(row) for row in invoices] + [_of_charge(row) for row in charges]
    documents = {(d.customer_id, d.company_id, d.document_number): d for d in found}
    for key, document in documents.items():
        for line in credited[key]:
            document = document.less([line])
        documents[key] = document
    return documents


async def credit_requested(requests: Sequence[CreditMemoRequested], uow: InvoicingWork) -> None:
    """What collections granted is credited, waits for a person above the policy's limit, or is declined."""
    rules = await uow.policy(CREDIT_MEMO_RULES)
    rows = await uow.fetch("known_credit_memos", [request.request_id for request in requests])
    known = {row["credit_memo_id"] for row in rows}
    documents = await documents_to_credit((_key(request) for request in requests), uow)
    to_post: list[tuple[Asked, Cause]] = []
    waiting: list[Asked] = []
    for request in requests:
        if request.request_id in known:
            continue
        known.add(request.request_id)
        try:
            asked = _asked(request, documents.get(_key(request)))
        except CannotBeCredited as error:
            owner = request.customer_id, request.company_id
            answer = declined(request.request_id, owner, BY_THE_RULES, request.requested_on, str(error))
            uow.emit(answer, cause=request)
            continue
        if rules.on(request.requested_on).document.posts_for_collections(request.amount):
            documents[_key(request)] = documents[_key(request)].less(asked.memo.lines)
            to_post.append((asked, request))
        else:
            waiting.append(asked)
    await keep(waiting, uow)
    await post_asked(to_post, uow)


async def post_asked(asked: Sequence[tuple[Asked, Cause]], uow: InvoicingWork) -> list[CreditMemo]:
    """Numbers and posts credit memos that nobody else has to look at."""
    posted = await numbered([(one.memo, one.memo.credit_date) for one, _ in asked], uow)
    await keep([replace(one, memo=memo) for (one, _), memo in zip(asked, posted, strict=True)], uow)
    for (_, cause), memo in zip(asked, posted, strict=True):
        post_memo(memo, cause, uow)
    return posted


async def numbered(memos: Sequence[tuple[CreditMemo, date]], uow: InvoicingWork) -> list[CreditMemo]:
    """The memos with numbers and dates, taken with one query: each company has a series of its own."""
    if not memos:
        return []
    numbers = await document_numbers([f"{memo.company_id}-CM" for memo, _ in memos], uow)
    return [memo.numbered(number, on) for (memo, on), number in zip(memos, numbers, strict=True)]


async def document_numbers(series: Sequence[str], uow: InvoicingWork) -> list[str]:
    """The next number of each of these series, in order, held until the end of the transaction."""
    counts = wanted(series)
    rows = await uow.fetch("take_numbers", [name for name, _ in counts], [count for _, count in counts])
    return hand_out(series, {row["series"]: row["last_number"] for row in rows})


def post_memo(memo: CreditMemo, cause: Cause, uow: InvoicingWork) -> None:
    """The memo's journal entry, and the word to the others."""
    post(uow, memo.postings())
    uow.emit(memo.posted(), cause=cause)


async def keep(asked: Iterable[Asked], uow: InvoicingWork) -> None:
    """Those with a number are posted; those without wait for a second person."""
    await uow.write("insert_credit_memos", [_row(one) for one in asked])


def _row(asked: Asked) -> tuple[Any, ...]:
    memo, is_posted = asked.memo, bool(asked.memo.credit_memo_number)
    return (
        memo.customer_id, memo.credit_memo_id, memo.credit_memo_number or None, memo.company_id, memo.document_number,
        memo.document_kind, memo.settles_document, asked.request_id, memo.currency, memo.net, memo.tax, memo.total,
        lines_to_json(memo.lines), memo.reason_code, memo.reason, asked.requested_by, asked.requested_on,
        "posted" if is_posted else "waiting", memo.credit_date if is_posted else None,
    )  # fmt: skip


def asked_from_row(row: Mapping[str, Any]) -> Asked:
    """A credit memo as it is kept."""
    memo = CreditMemo(
        credit_memo_id=row["credit_memo_id"],
        credit_memo_number=row["credit_memo_number"] or "",
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["document_number"],
        document_kind=row["document_kind"],
        settles_document=row["settles_document"],
        credit_date=row["credit_date"] or row["requested_on"],
        currency=row["currency"],
        lines=tuple(lines_from_row(row)),
        reason_code=row["reason_code"],
        reason=row["reason"],
    )
    return Asked(memo, row["requested_by"], row["requested_on"], row["request_id"])


def declined(request_id: str, owner: tuple[str, str], by: str, on: date, why: str) -> CreditMemoDeclined:
    """The answer to what collections asked for; the owner is a customer and a company."""
    customer_id, company_id = owner
    return CreditMemoDeclined(
        request_id=request_id,
        customer_id=customer_id,
        company_id=company_id,
        declined_on=on,
        declined_by=by,
        reason=why[:500],
    )


def lines_from_row(row: Mapping[str, Any]) -> list[CreditedLine]:
    return [
        CreditedLine(line["line_no"], line["quantity"], Decimal(line["net"]), Decimal(line["tax"]))
        for line in json.loads(row["lines"])
    ]


def lines_to_json(lines: Iterable[CreditedLine]) -> str:
    return json.dumps(
        [{"line_no": a.line_no, "quantity": a.quantity, "net": str(a.net), "tax": str(a.tax)} for a in lines]
    )


def _key(request: CreditMemoRequested) -> Key:
    return request.customer_id, request.company_id, request.document_number


def _asked(request: CreditMemoRequested, document: DocumentToCredit | None) -> Asked:
    if document is None:
        raise CannotBeCredited(
            f"customer {request.customer_id} has no invoice or finance charge {request.document_number!r} of company "
            f"{request.company_id} that could be credited"
        )
    if document.currency != request.currency:
        raise CannotBeCredited(
            f"{request.amount} {request.currency} of {document.document_number} cannot be credited: it is in "
            f"{document.currency}"
        )
    memo = CreditMemo(
        credit_memo_id=request.request_id,
        credit_memo_number="",
        customer_id=request.customer_id,
        company_id=request.company_id,
        document_number=request.document_number,
        document_kind=document.kind,
        settles_document=request.settles_document,
        credit_date=max(request.requested_on, document.document_date),
        currency=request.currency,
        lines=document.by_amount(round_half_up(request.amount, request.currency)),
        reason_code=request.reason_code,
        reason=request.reason,
    )
    return Asked(memo, request.requested_by, request.requested_on, request.request_id)


def _of_invoice(row: Mapping[str, Any]) -> DocumentToCredit:
    currency = row["currency"]
    lines = [
        _line(line["line_no"], line["quantity"], Decimal(line["net"]), Decimal(line["tax"]))
        for line in json.loads(row["lines"])
    ]
    net, tax = round_half_up(row["net"], currency), round_half_up(row["tax"], currency)
    return DocumentToCredit(
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["invoice_number"],
        kind="invoice",
        document_date=row["invoice_date"],
        currency=currency,
        lines=tuple(lines) or (_line(WHOLE, 0, net, tax),),
    )


def _of_charge(row: Mapping[str, Any]) -> DocumentToCredit:
    amount = round_half_up(row["amount"], row["currency"])
    return DocumentToCredit(
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["charge_number"],
        kind=row["kind"],
        document_date=row["charge_date"],
        currency=row["currency"],
        lines=(_line(WHOLE, 0, amount, round_half_up(NOTHING, row["currency"])),),
    )


def _line(line_no: int, quantity: int, net: Decimal, tax: Decimal) -> LineToCredit:
    return LineToCredit(line_no, quantity, net, tax, CreditedLine(line_no, 0, NOTHING, NOTHING))
