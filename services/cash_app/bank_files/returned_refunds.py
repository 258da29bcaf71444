"""Payments of our own that come back: a refund that the customer's bank returned is the customer's credit again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from services.cash_app.bank_files.domain.import_plan import ImportPlan
from services.cash_app.bank_files.domain.line_matching import words_of
from services.cash_app.bank_files.domain.planned_entries import PlannedEntry
from services.cash_app.bank_files.import_run import ImportRun
from services.cash_app.bank_files.statement_keeping import Codings
from services.cash_app.bank_reconciliation.domain.coding import GL_ACCOUNT, Coding
from services.cash_app.refunds.commands import reopen_returned_refund
from services.cash_app.work import CashWork

_REFUND_DAYS_MAX = 120
"""A refund older than this, before the return, is not looked up."""
_NAMED_CHARACTERS_MIN = 4
"""A shorter id in the bank's words may stand there by chance."""


async def match_returned_refunds(planned: ImportPlan, import_id: str, uow: CashWork) -> Codings:
    """Reopens the refund that each returned payment names, as the customer's credit, and codes the line to it.

    What names no refund of its amount, or several, waits for a person with the reason.
    """
    lines = {
        at: one
        for at, one in enumerate(planned.entries)
        if one.kind == "own_payment_returned" and one.outcome == "review" and one.source == "statement"
    }
    if not lines:
        return {}
    companies = {account.bank_account: account.company_id for _, account in planned.statements}
    columns = (
        [companies[one.bank_account] for one in lines.values()], [one.currency for one in lines.values()],
        [one.amount for one in lines.values()], [one.value_date for one in lines.values()],
    )  # fmt: skip
    refunds: defaultdict[tuple[str, str, Any], list[Any]] = defaultdict(list)
    for row in await uow.fetch("refunds_that_may_return", *columns, _REFUND_DAYS_MAX):
        refunds[row["company_id"], row["currency"], row["amount"]].append(row)
    codings: Codings = {}
    reopened: set[str] = set()
    for at, one in lines.items():
        alike = [
            row
            for row in refunds[companies[one.bank_account], one.currency, one.amount]
            if row["refund_id"] not in reopened and row["refunded_on"] <= one.value_date
        ]
        named = [row for row in alike if _names(one, row)]
        if len(named) != 1:
            planned.entries[at] = replace(one, note=_why_it_waits(one, alike, named))
            continue
        refund_id, why = named[0]["refund_id"], f"the bank returned it: {_reason(one)}"
        reopened.add(refund_id)
        await reopen_returned_refund(refund_id, one.value_date, why, ImportRun(import_id), uow)
        note = f"refund {refund_id} of customer {named[0]['customer_id']} came back: it is the customer's credit again"
        codings[at] = Coding("refund_paid", GL_ACCOUNT["refund_paid"], note, decided=True)
        planned.entries[at] = replace(one, outcome="booked", note=note)
    return codings


def _names(one: PlannedEntry, refund: Any) -> bool:
    """Whether a reference or the words of the line name the refund, its payment or its customer."""
    entry = one.entry
    if entry is None:
        return False
    references = {words_of(r) for r in (entry.reference, entry.trace_number, *(r.value for r in entry.references))}
    words = {words_of(word) for word in entry.details.split()}
    refund_id = words_of(refund["refund_id"])
    if any(len(r) >= len(refund_id) // 2 and refund_id.startswith(r) for r in references | words if r):
        return True
    ids = {words_of(refund["payment_id"]), words_of(refund["customer_id"])}
    return not ids.isdisjoint({word for word in references | words if len(word) >= _NAMED_CHARACTERS_MIN})


def _why_it_waits(one: PlannedEntry, alike: list[Any], named: list[Any]) -> str:
    start = f"a payment of our own comes back ({_reason(one)}): no receipt"
    candidates = ", ".join(f"{row['refund_id']} of customer {row['customer_id']}" for row in (named or alike)[:5])
    if not candidates:
        return f"{start}; no refund of this amount is known: find the payment it belongs to"
    return f"{start}; it may be refund {candidates}: cancel the one that came back, and code the line as refund_paid"


def _reason(one: PlannedEntry) -> str:
    given = (one.entry.reason_code, one.entry.reason) if one.entry is not None else ()
    return " ".join(filter(None, given)) or "no reason given"
