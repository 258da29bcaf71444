"""Credit memos and the documents they credit, loaded and saved set-based; the policy `credit_memo_rules`."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

from services.invoicing.credit_memos.domain.credit_memo import CreditMemo, RequestedCreditMemo
from services.invoicing.credit_memos.domain.creditable_document import (
    WHOLE_DOCUMENT,
    ZERO,
    CreditableDocument,
    CreditableLine,
    CreditedLine,
)
from services.invoicing.credit_memos.domain.rules import CreditMemoRules
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.kernel.money import round_half_up

CREDIT_MEMO_RULES: Final = PolicyKind(
    "credit_memo_rules", CreditMemoRules, Path(__file__).with_name("policy.json"), changed_by=("controller",)
)

Row: TypeAlias = Mapping[str, Any]
DocumentKey: TypeAlias = tuple[str, str, str]
"""Customer, company and document number."""


async def load_creditable_documents(
    keys: Iterable[DocumentKey], uow: UnitOfWork
) -> dict[DocumentKey, CreditableDocument]:
    """Those of the documents that are in the books, locked, with what was credited of them before."""
    sought = sorted(set(keys))
    if not sought:
        return {}
    columns = [list(part) for part in zip(*sought, strict=True)]
    invoices = await uow.fetch("invoices_to_credit", *columns)
    charges = await uow.fetch("charges_to_credit", *columns)
    credited: defaultdict[DocumentKey, list[CreditedLine]] = defaultdict(list)
    for row in await uow.fetch("credited_lines", *columns):
        key = row["customer_id"], row["company_id"], row["document_number"]
        credited[key] += lines_from_row(row)
    found = [_invoice_from_row(row) for row in invoices] + [_charge_from_row(row) for row in charges]
    documents = {(d.customer_id, d.company_id, d.document_number): d for d in found}
    for key, document in documents.items():
        for line in credited[key]:
            document = document.less([line])
        documents[key] = document
    return documents


async def insert_credit_memos(requested: Iterable[RequestedCreditMemo], uow: UnitOfWork) -> None:
    """Those with a number are posted; those without one wait for a second person."""
    await uow.write("insert_credit_memos", [_to_row(one) for one in requested])


def requested_from_row(row: Row) -> RequestedCreditMemo:
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
    return RequestedCreditMemo(memo, row["requested_by"], row["requested_on"], row["request_id"])


def lines_from_row(row: Row) -> list[CreditedLine]:
    return [
        CreditedLine(line["line_no"], line["quantity"], Decimal(line["net"]), Decimal(line["tax"]))
        for line in json.loads(row["lines"])
    ]


def _lines_to_json(lines: Iterable[CreditedLine]) -> str:
    return json.dumps(
        [
            {"line_no": line.line_no, "quantity": line.quantity, "net": str(line.net), "tax": str(line.tax)}
            for line in lines
        ]
    )


def _to_row(requested: RequestedCreditMemo) -> tuple[Any, ...]:
    memo, is_posted = requested.memo, bool(requested.memo.credit_memo_number)
    return (
        memo.customer_id, memo.credit_memo_id, memo.credit_memo_number or None, memo.series, memo.sequence_number,
        memo.company_id, memo.document_number, memo.document_kind, memo.settles_document, requested.request_id,
        memo.currency, memo.net, memo.tax, memo.total, _lines_to_json(memo.lines), memo.reason_code, memo.reason,
        requested.requested_by, requested.requested_on, "posted" if is_posted else "waiting",
        memo.credit_date if is_posted else None,
    )  # fmt: skip


def _invoice_from_row(row: Row) -> CreditableDocument:
    currency = row["currency"]
    lines = [
        _uncredited(line["line_no"], line["quantity"], Decimal(line["net"]), Decimal(line["tax"]))
        for line in json.loads(row["lines"])
    ]
    net, tax = round_half_up(row["net"], currency), round_half_up(row["tax"], currency)
    return CreditableDocument(
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["invoice_number"],
        kind="invoice",
        document_date=row["invoice_date"],
        currency=currency,
        lines=tuple(lines) or (_uncredited(WHOLE_DOCUMENT, 0, net, tax),),
    )


def _charge_from_row(row: Row) -> CreditableDocument:
    amount = round_half_up(row["amount"], row["currency"])
    return CreditableDocument(
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["charge_number"],
        kind=row["kind"],
        document_date=row["charge_date"],
        currency=row["currency"],
        lines=(_uncredited(WHOLE_DOCUMENT, 0, amount, round_half_up(ZERO, row["currency"])),),
    )


def _uncredited(line_no: int, quantity: int, net: Decimal, tax: Decimal) -> CreditableLine:
    return CreditableLine(line_no, quantity, net, tax, CreditedLine(line_no, 0, ZERO, ZERO))
