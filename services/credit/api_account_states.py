"""An account's life over HTTP: suspended, resolved, closed; how it came where it is; how the customer pays."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from fastapi import APIRouter

from services.credit.access import Db, Manager, Viewer
from services.credit.closing import take_the_limit
from services.credit.decisions import Occasion, judge_again
from services.credit.domain.account_state import Cause
from services.credit.judging import facts_by
from services.credit.limits import files_of
from services.credit.request_store import CREDIT_REQUESTS, CREDIT_SCORECARD, file_from_row, request_from_row
from services.credit.request_views import (
    HistoryView,
    LimitView,
    MoveAccount,
    NewLimit,
    PlannedLimitView,
    RequestView,
    ScorecardView,
)
from services.credit.store import CreditWork, account_from_row
from services.credit.views import StateView
from shared.chassis.declare.policies import PolicyBook
from shared.chassis.http import Command, Conflict, NotFound
from shared.contracts.invoicing import Reason

router = APIRouter()


@router.get("/accounts/{customer_id}/history")
async def show_history(customer_id: str, viewer: Viewer, db: Db) -> HistoryView:
    """How the account came where it is: its states, limits, reviews and requests."""
    row = await db.fetchrow("view_account", customer_id)
    kept = await db.fetchrow("view_file", customer_id)
    if row is None or kept is None:
        raise _no_account(customer_id)
    account, file = account_from_row(row), file_from_row(kept)
    requests = await db.fetch("view_requests", None, None, None, customer_id, None, None, None, 100)
    return HistoryView(
        customer_id=customer_id,
        currency=account.currency,
        state=account.state,
        credit_limit=account.credit_limit,
        risk_class=file.risk_class,
        reviewed_on=file.reviewed_on,
        review_due_on=file.review_due_on,
        closed_on=file.closed_on,
        planned_limits=[PlannedLimitView.model_validate(asdict(limit)) for limit in file.planned_limits],
        states=[StateView.of(state, account.currency) for state in await db.fetch("view_states", customer_id)],
        limits=[LimitView.of(limit, account.currency) for limit in await db.fetch("view_limits", customer_id)],
        requests=[RequestView.of(request_from_row(request)) for request in requests],
    )


@router.get("/accounts/{customer_id}/scorecard")
async def show_scorecard(customer_id: str, viewer: Viewer, db: Db) -> ScorecardView:
    """How the customer has paid, and the scorecard's points for it, each explained."""
    row = await db.fetchrow("view_account", customer_id)
    if row is None:
        raise _no_account(customer_id)
    on = db.today or date.min
    book = PolicyBook(db, (CREDIT_REQUESTS, CREDIT_SCORECARD))
    account, policies = account_from_row(row), await book.of(CREDIT_REQUESTS)
    facts = (await facts_by([(account, on)], policies, db))[customer_id, on]
    score = (await book.of(CREDIT_SCORECARD)).on(on).document.score(facts)
    return ScorecardView(
        customer_id=customer_id,
        as_of=on,
        facts=asdict(facts),
        points=score.points,
        points_max=score.points_max,
        percent=score.percent,
        lines=[line.text for line in score.lines],
    )


@router.post("/accounts/{customer_id}/suspend")
async def suspend(customer_id: str, body: MoveAccount, command: Manager) -> NewLimit:
    """Nothing is sold on credit any more until the account is resolved."""
    return await _moved(customer_id, Cause.SUSPENDED, body, command)


@router.post("/accounts/{customer_id}/resolve")
async def resolve(customer_id: str, body: MoveAccount, command: Manager) -> NewLimit:
    """What the account was suspended for is resolved: it is reviewed, and a credit request decides."""
    return await _moved(customer_id, Cause.RESOLVED, body, command)


@router.post("/accounts/{customer_id}/close")
async def close(customer_id: str, body: MoveAccount, command: Manager) -> NewLimit:
    """What was owed is written off. The limit goes to nil: whoever comes back asks for credit anew."""
    return await _moved(customer_id, Cause.WRITTEN_OFF, body, command)


async def _moved(customer_id: str, cause: Cause, body: MoveAccount, command: Command) -> NewLimit:
    async def work(uow: CreditWork) -> NewLimit:
        account = (await uow.lock([customer_id]))[customer_id]
        if not account.known:
            raise _no_account(customer_id)
        before, on = account.state, uow.business_date
        moved = account.moved_by(cause, [Reason(code=cause.name.lower().replace("_", "-"), text=body.reason)], on)
        if not moved:
            raise Conflict(f"account {customer_id} is {before}: it cannot be that {cause}")
        uow.emit_all(moved, cause=command)
        uow.audit(command, cause.name.lower(), customer_id, before, account.state)
        if account.state == "Closed":
            file = (await files_of([account], uow))[account.customer_id]
            take_the_limit(account, file, command.person.name, body.reason, on, command, uow)
        await judge_again(uow, {customer_id: Occasion(command, on, "The account's state was changed by a person.")})
        return NewLimit(
            customer_id=customer_id, currency=account.currency, credit_limit=account.credit_limit, state=account.state
        )

    return await command.run(work, body)


def _no_account(customer_id: str) -> NotFound:
    return NotFound(f"customer {customer_id!r} has no credit account: it opens when the ERP tells of the customer")
