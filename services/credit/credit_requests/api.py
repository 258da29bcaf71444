"""Credit requests over HTTP: requested, listed, and decided by a person with authority; reviews; scorecards."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.access import Db, Decider, Viewer
from services.credit.accounts.store import account_from_row
from services.credit.credit_requests import commands
from services.credit.credit_requests.domain.financial_statements import FinancialStatement
from services.credit.credit_requests.domain.request_states import RequestState
from services.credit.credit_requests.evaluation import payment_facts_of
from services.credit.credit_requests.policy import CREDIT_REQUESTS
from services.credit.credit_requests.schemas import (
    ApproveRequest,
    DeclineRequest,
    EnterStatements,
    ReportView,
    RequestCredit,
    RequestDetail,
    RequestStatements,
    RequestView,
    ReviewView,
    ScorecardView,
    StepView,
)
from services.credit.credit_requests.store import request_from_row
from services.credit.limits.domain.limit_policy import RiskClass
from services.credit.order_authorization.account_lookup import no_account
from services.credit.payment_history.policy import CREDIT_SCORECARD
from services.credit.work import CreditWork
from shared.chassis.http import Command, Cursor, Limit, Page, command_for_roles, decode_cursor
from shared.chassis.transaction.policy_book import PolicyBook
from shared.contracts.erp import CreditRequestKind

router = APIRouter()

Asker = Annotated[Command, command_for_roles("credit_analyst", "credit_manager", "collector", "controller")]
Filter = Annotated[str | None, Query(max_length=80)]
AmountFrom = Annotated[Decimal | None, Query(ge=0, le=Decimal("999999999999.999"), decimal_places=3)]


@router.post("/requests", status_code=201)
async def request_credit(body: RequestCredit, command: Asker) -> RequestView:
    """Requests credit for a customer. Good history is approved at once; the answer shows the state of the request."""

    async def work(uow: CreditWork) -> RequestView:
        return RequestView.of(await commands.request_credit(body, command, uow))

    return await command.run(work, body)


@router.get("/requests")
async def list_requests(
    *,
    viewer: Viewer,
    db: Db,
    state: RequestState | None = None,
    open: Annotated[bool | None, Query(description="Only undecided ones, or only decided ones.")] = None,
    kind: CreditRequestKind | None = None,
    customer_id: Filter = None,
    company_id: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RequestView]:
    """Credit requests, the newest first."""
    after, after_id = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("view_requests", state, open, kind, customer_id, company_id, after, after_id, limit + 1)
    return Page[RequestView].of(
        rows,
        limit,
        lambda row: RequestView.of(request_from_row(row)),
        lambda row: [row["requested_on"], row["request_id"]],
    )


@router.get("/requests/{request_id}")
async def show_request(request_id: str, viewer: Viewer, db: Db) -> RequestDetail:
    """A request with what it was evaluated by and its steps so far."""
    row = await db.fetchrow("view_request", request_id)
    if row is None:
        raise commands.no_request(request_id)
    request = request_from_row(row)
    steps = await db.fetch("view_request_steps", request.customer_id, request_id)
    statements = await db.fetch("view_statements", request.customer_id, request_id)
    reports = await db.fetch("view_reports", request.customer_id)
    return RequestDetail(
        request=RequestView.of(request),
        steps=[StepView.model_validate(dict(step)) for step in steps],
        assessment=request.assessment,
        reports=[ReportView.model_validate(dict(report)) for report in reports],
        statements=[FinancialStatement.model_validate(json.loads(s["document"])) for s in statements],
        analysis=request.analysis,
    )


@router.get("/reviews")
async def list_reviews(
    *,
    viewer: Viewer,
    db: Db,
    company_id: Filter = None,
    risk_class: RiskClass | None = None,
    amount_min: AmountFrom = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReviewView]:
    """The review worklist: accounts whose review is due, and accounts in Review; the longest due first."""
    after, after_id = decode_cursor(cursor, 2, date.fromisoformat, str)
    on = db.days.latest or date.min
    rows = await db.fetch("view_reviews", on, company_id, risk_class, amount_min, after, after_id, limit + 1)
    return Page[ReviewView].of(rows, limit, ReviewView.of, lambda row: [row["review_due_on"], row["customer_id"]])


@router.post("/requests/{request_id}/request-statements")
async def request_statements(request_id: str, body: RequestStatements, command: Decider) -> RequestView:
    """Asks the customer for financial statements, with the policy's deadlines, reminder and expiry."""

    async def work(uow: CreditWork) -> RequestView:
        return RequestView.of(await commands.request_statements(request_id, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/requests/{request_id}/statements")
async def enter_statements(request_id: str, body: EnterStatements, command: Decider) -> RequestDetail:
    """Enters the customer's statements and analyses them: ratios, Z-scores, trends, a suggested limit."""

    async def work(uow: CreditWork) -> RequestDetail:
        request, statements = await commands.enter_statements(request_id, body.statements, command, uow)
        return RequestDetail(
            request=RequestView.of(request),
            steps=[],
            assessment=request.assessment,
            reports=[],
            statements=statements,
            analysis=request.analysis,
        )

    return await command.run(work, body)


@router.post("/requests/{request_id}/approve")
async def approve_request(request_id: str, body: ApproveRequest, command: Decider) -> RequestView:
    """Grants a limit, within the person's authority; above it a second person has to approve the same limit."""

    async def work(uow: CreditWork) -> RequestView:
        return RequestView.of(await commands.approve_request(request_id, body, command, uow))

    return await command.run(work, body)


@router.post("/requests/{request_id}/decline")
async def decline_request(request_id: str, body: DeclineRequest, command: Decider) -> RequestView:
    """Declines a request; the customer learns every reason."""

    async def work(uow: CreditWork) -> RequestView:
        return RequestView.of(await commands.decline_request(request_id, body, command, uow))

    return await command.run(work, body)


@router.get("/accounts/{customer_id}/scorecard")
async def show_scorecard(customer_id: str, viewer: Viewer, db: Db) -> ScorecardView:
    """How the customer has paid, and the scorecard's points for it, each explained."""
    row = await db.fetchrow("view_account", customer_id)
    if row is None:
        raise no_account(customer_id)
    account = account_from_row(row)
    on = db.days.of(account.company_id) or date.min
    book = PolicyBook(db, (CREDIT_REQUESTS, CREDIT_SCORECARD))
    facts = (await payment_facts_of([(account, on)], await book.of(CREDIT_REQUESTS), db))[customer_id, on]
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
