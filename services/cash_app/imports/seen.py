"""A file against all that came before it: statements, bank references, and the payments that returns return."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from services.cash_app.domain.files.normal_form import ERRORS_MAX, Fault
from services.cash_app.domain.files.plan import Drafted, Plan
from services.cash_app.store import CashWork
from shared.contracts.erp import PaymentReceived, PaymentReturned


async def settle_against_the_past(planned: Plan, uow: CashWork) -> list[Fault]:
    """What of the file came before: an error where it did in the same kind of message, else passed over.

    A notification or a lockbox file tells of payments that the statement tells of again: under the same bank reference
    they are posted once. A return is told which payment it returns.
    """
    faults = await _statements(planned, uow)
    faults += await _bundles(planned, uow)
    faults += await _entries(planned, uow)
    if not faults:
        await _returns(planned, uow)
    return faults[:ERRORS_MAX]


async def _statements(planned: Plan, uow: CashWork) -> list[Fault]:
    numbered = {(s.account, s.source, s.number, s.on): s for s, _ in planned.statements if s.number}
    if not numbered:
        return []
    columns = [list(column) for column in zip(*numbered, strict=True)]
    return [
        Fault(
            numbered[row["bank_account"], row["source"], row["statement_number"], row["statement_date"]].place,
            f"statement {row['statement_number']} of {row['bank_account']} came before, in import {row['import_id']}",
        )
        for row in await uow.fetch("statements_seen", *columns)
    ]


async def _bundles(planned: Plan, uow: CashWork) -> list[Fault]:
    """A settlement or batch told twice would be paid for twice."""
    told = {(a.deposits_to or a.bank_account, b.bundle_id): b for b, a, _ in planned.bundles}
    if not told:
        return []
    accounts, names = (list(column) for column in zip(*told, strict=True))
    return [
        Fault("file", f"{row['kind']} bundle {row['bundle_id']} of {row['bank_account']} came before: GET /bundles")
        for row in await uow.fetch("bundles_seen", accounts, names)
    ]


async def _entries(planned: Plan, uow: CashWork) -> list[Fault]:
    wanted = [draft.subject_id for draft in planned.drafts if draft.event is not None]
    if not wanted:
        return []
    seen = {row["subject_id"]: row for row in await uow.fetch("entries_seen", wanted)}
    references = [d.bank_reference for d in planned.drafts if isinstance(d.event, PaymentReceived)]
    heard = {row["bank_reference"]: row["payment_id"] for row in await uow.fetch("payments_heard", references)}
    faults: list[Fault] = []
    for at, draft in enumerate(planned.drafts):
        if draft.event is None:
            continue
        before = seen.get(draft.subject_id)
        if before is not None:
            if _told_again(draft, before):
                _pass_over(planned, at, f"came before, in import {before['import_id']} at {before['place']}")
            else:
                faults.append(Fault(draft.place, _refusal(draft, before)))
        elif isinstance(draft.event, PaymentReceived) and draft.bank_reference in heard:
            _pass_over(planned, at, f"came before, as payment {heard[draft.bank_reference]}")
    return faults


def _told_again(draft: Drafted, before: Any) -> bool:
    same = (before["amount"], before["currency"]) == (draft.amount, draft.currency)
    return same and (before["source"] != draft.source or draft.kind == "advice")


def _refusal(draft: Drafted, before: Any) -> str:
    where = f"came before, in import {before['import_id']} at {before['place']}"
    if before["amount"] != draft.amount:
        return f"bank reference {draft.bank_reference} {where}, with {before['amount']} instead of {draft.amount}"
    return f"{draft.amount} {draft.currency} with bank reference {draft.bank_reference} {where}"


def _pass_over(planned: Plan, at: int, note: str) -> None:
    planned.drafts[at] = replace(planned.drafts[at], outcome="seen_before", note=note, event=None)


async def _returns(planned: Plan, uow: CashWork) -> None:
    """The payment a return returns: named by the bank, under the return's own reference, or by trace and amount."""
    returns = [(at, d) for at, d in enumerate(planned.drafts) if isinstance(d.event, PaymentReturned)]
    if not returns:
        return
    candidates = sorted({reference for _, draft in returns for reference in draft.original})
    known = {row["bank_reference"] for row in await uow.fetch("payments_heard", candidates)}
    in_file = [d for d in planned.drafts if isinstance(d.event, PaymentReceived)]
    known |= {d.bank_reference for d in in_file}
    traced: defaultdict[str, set[tuple[str, Any, str]]] = defaultdict(set)
    traces = sorted({draft.trace_number for _, draft in returns if draft.trace_number})
    for row in await uow.fetch("references_of_traces", traces):
        traced[row["trace_number"]].add((row["bank_reference"], row["amount"], row["currency"]))
    for draft in in_file:
        if draft.trace_number:
            traced[draft.trace_number].add((draft.bank_reference, draft.amount, draft.currency))
    for at, draft in returns:
        event = draft.event
        if not isinstance(event, PaymentReturned) or event.original_bank_reference is not None:
            continue
        found = [reference for reference in draft.original if reference in known]
        found = found or sorted({
            reference for reference, amount, currency in traced[draft.trace_number]
            if (amount, currency) == (event.amount, event.currency)
        })  # fmt: skip
        if len(found) == 1:
            returned = event.model_copy(update={"original_bank_reference": found[0]})
            planned.drafts[at] = replace(draft, event=returned)
