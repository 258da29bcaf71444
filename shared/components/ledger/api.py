"""The journal over HTTP: batches and their postings, submitting a rejected batch again, and the trial balance."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from shared.chassis.http import (
    Command,
    Conflict,
    Cursor,
    Limit,
    NotFound,
    Page,
    Person,
    ReadSession,
    Unprocessable,
    command_for_roles,
    decode_cursor,
    read_session,
    require_roles,
)
from shared.chassis.http.paging import day
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components.ledger.deferred_answers import apply_deferred
from shared.components.ledger.domain import BatchState, JournalBatch, NotResubmittable
from shared.components.ledger.schemas import (
    BatchContent,
    BatchView,
    DeferredAnswerView,
    PostingView,
    Resubmission,
    TotalView,
    TrialBalance,
    TrialBalanceLine,
)
from shared.components.ledger.store import account_total, load_batches, load_totals, save_batches, submission
from shared.kernel.journal import Account
from shared.kernel.money import round_half_up

router = APIRouter()

Controller = Annotated[Person, require_roles("controller")]
Db = Annotated[ReadSession, read_session()]


@router.get("/journal/batches")
async def list_batches(
    *,
    person: Controller,
    db: Db,
    state: BatchState | None = None,
    company_id: Annotated[str | None, Query(max_length=80)] = None,
    from_date: Annotated[date | None, Query(description="First business date.")] = None,
    to_date: Annotated[date | None, Query(description="Last business date, included.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BatchView]:
    """Journal batches submitted to the general ledger, newest business date first."""
    after_date, after_id = decode_cursor(cursor, 2, day, str)
    rows = await db.fetch(
        "list_journal_batches", after_date, after_id, limit + 1, state, company_id, from_date, to_date
    )
    return Page[BatchView].of(rows, limit, _batch_view, lambda row: [row["business_date"], row["batch_id"]])


@router.get("/journal/batches/{batch_id:path}")
async def show_batch(
    *,
    batch_id: str,
    person: Controller,
    db: Db,
    account: Annotated[str | None, Query(max_length=20, description="Only postings to this account.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> BatchContent:
    """One journal batch: its totals by account, and a page of the postings behind them."""
    row = await db.fetchrow("view_journal_batch", batch_id)
    if row is None:
        raise NotFound(f"there is no journal batch {batch_id!r}: GET /journal/batches lists them")
    customer_id, entry_id, line = decode_cursor(cursor, 3, str, str, int)
    postings = await db.fetch("list_journal_batch_postings", batch_id, customer_id, entry_id, line, limit + 1, account)
    totals = await db.fetch("journal_batch_totals", [batch_id])
    return BatchContent(
        **_batch_view(row).model_dump(),
        totals=[_total_view(total, row["currency"]) for total in totals],
        postings=Page[PostingView].of(
            postings, limit, _posting_view, lambda p: [p["customer_id"], p["entry_id"], p["line"]]
        ),
    )


@router.post("/journal/batches/{batch_id:path}/resubmit")
async def resubmit_batch(
    batch_id: str, body: Resubmission, command: Annotated[Command, command_for_roles("controller")]
) -> BatchView:
    """Submits a rejected batch to the general ledger again, as its next attempt, with a reason.

    Its postings stay as they are; further postings correct an error in them.
    """

    async def work(uow: UnitOfWork) -> BatchView:
        batch = (await load_batches(uow, [batch_id])).get(batch_id)
        if batch is None:
            raise NotFound(f"there is no journal batch {batch_id!r}: GET /journal/batches lists them")
        before = _audited(batch)
        try:
            batch.resubmit()
        except NotResubmittable as error:
            raise Conflict(str(error)) from None
        totals = await load_totals(uow, [batch])
        await save_batches(uow, [batch])
        uow.emit(submission(uow.service, batch, totals[batch_id]), cause=command)
        await apply_deferred(uow, {batch_id: batch}, totals)
        after = {**_audited(batch), "why": body.reason}
        uow.audit(command, action="resubmit_journal_batch", subject=batch_id, before=before, after=after)
        return _batch_view((await uow.fetch("view_journal_batch", batch_id))[0])

    return await command.run(work, body)


@router.get("/journal/deferred-answers")
async def list_deferred_answers(
    person: Controller, db: Db, cursor: Cursor = None, limit: Limit = 50
) -> Page[DeferredAnswerView]:
    """Answers of the general ledger about batches or attempts that are not submitted yet, as after a restore."""
    after = decode_cursor(cursor, 3, str, int, str)
    rows = await db.fetch("list_deferred_journal_answers", *after, limit + 1)
    return Page[DeferredAnswerView].of(
        rows, limit, DeferredAnswerView.of, lambda row: [row["batch_id"], row["attempt"], row["kind"]]
    )


@router.get("/journal/trial-balance")
async def trial_balance(
    person: Controller,
    db: Db,
    as_of: Annotated[date | None, Query(description="End of this business date; the current one unless given.")] = None,
    company_id: Annotated[str | None, Query(max_length=80)] = None,
) -> TrialBalance:
    """Debits and credits of each account up to a business date; per company and currency they are equal.

    Without `as_of` each company is shown at the end of its own business day, as its lines say.
    """
    latest = as_of or (db.days.latest if company_id is None else db.days.of(company_id))
    if latest is None:
        raise Unprocessable("no business day has begun yet: give as_of, e.g. ?as_of=2025-01-31")
    rows = await db.fetch("journal_trial_balance", as_of, company_id, latest)
    days = {row["company_id"]: as_of or db.days.of(row["company_id"]) or latest for row in rows}
    return TrialBalance(as_of=latest, lines=[_trial_balance_line(row, days[row["company_id"]]) for row in rows])


def _audited(batch: JournalBatch) -> dict[str, Any]:
    return {"state": batch.state, "attempt": batch.attempt, "reason": batch.reason}


def _batch_view(row: Any) -> BatchView:
    return BatchView.model_validate(dict(row))


def _total_view(row: Any, currency: str) -> TotalView:
    total = account_total(row, currency)
    return TotalView(
        account=total.account, account_name=_account_name(total.account), debit=total.debit, credit=total.credit
    )


def _posting_view(row: Any) -> PostingView:
    values = dict(row)
    values["amount"] = round_half_up(row["amount"], row["currency"])
    return PostingView.model_validate(values)


def _trial_balance_line(row: Any, as_of: date) -> TrialBalanceLine:
    total = account_total(row, row["currency"])
    return TrialBalanceLine(
        company_id=row["company_id"],
        as_of=as_of,
        currency=row["currency"],
        account=total.account,
        account_name=_account_name(total.account),
        debit=total.debit,
        credit=total.credit,
        balance=total.debit - total.credit,
    )


def _account_name(number: str) -> str:
    """Empty for a GL account that only a policy names."""
    return Account(number).name.lower().replace("_", " ") if number in set(Account) else ""
