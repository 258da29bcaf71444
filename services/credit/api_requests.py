"""Credit requests over HTTP: asked for, looked at, and decided by a person with authority."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.access import Db, Decider, Viewer
from services.credit.decisions import Occasion, judge_again
from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_requests import CreditRequest, ImpossibleTurn, not_acceptable
from services.credit.domain.financial_statements import FinancialStatement, unfit
from services.credit.domain.request_policy import RequestPolicy, RiskClass
from services.credit.domain.request_states import RequestState, Turn
from services.credit.judging import decline, grant, judge, open_requests_of
from services.credit.limits import files_of
from services.credit.request_store import CREDIT_REQUESTS, request_from_row
from services.credit.request_views import (
    ApproveRequest,
    AskForCredit,
    DeclineRequest,
    EnterStatements,
    ReportView,
    RequestDetail,
    RequestStatements,
    RequestView,
    ReviewView,
    StepView,
)
from services.credit.requests import ask_for_statements
from services.credit.statements import analyse, statement_row
from services.credit.store import CreditWork
from shared.chassis.http import (
    Command,
    Conflict,
    Cursor,
    Forbidden,
    Limit,
    NotFound,
    Page,
    Person,
    Unprocessable,
    command_for_roles,
    decode_cursor,
)
from shared.contracts.erp import CreditRequestKind
from shared.kernel.money import Money, is_exact

router = APIRouter()

Asker = Annotated[Command, command_for_roles("credit_analyst", "credit_manager", "collector", "controller")]
Filter = Annotated[str | None, Query(max_length=80)]
AmountFrom = Annotated[Decimal | None, Query(ge=0, le=Decimal("999999999999.999"), decimal_places=3)]


@router.post("/requests", status_code=201)
async def ask_for_credit(body: AskForCredit, command: Asker) -> RequestView:
    """Asks for credit for a customer. Good history is approved at once; the answer shows how far the request came."""

    async def work(uow: CreditWork) -> RequestView:
        account = (await uow.lock([body.customer_id]))[body.customer_id]
        if not account.known:
            raise NotFound(
                f"customer {body.customer_id!r} has no credit account: it opens when the ERP tells of the customer"
            )
        request = await _new_request(body, account, command, uow)
        uow.audit(command, "ask_for_credit", request.request_id, None, body)
        await judge([(request, command)], uow)
        return RequestView.of(request)

    return await command.run(work, body)


@router.get("/requests")
async def list_requests(
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
    """A request with what it was judged by and its way so far."""
    row = await db.fetchrow("view_request", request_id)
    if row is None:
        raise _no_request(request_id)
    request = request_from_row(row)
    steps = await db.fetch("view_request_steps", request.customer_id, request_id)
    statements = await db.fetch("view_statements", request.customer_id, request_id)
    reports = await db.fetch("view_reports", request.customer_id)
    return RequestDetail(
        request=RequestView.of(request),
        way=[StepView.model_validate(dict(step)) for step in steps],
        assessment=request.assessment,
        reports=[ReportView.model_validate(dict(report)) for report in reports],
        statements=[FinancialStatement.model_validate(json.loads(s["document"])) for s in statements],
        analysis=request.analysis,
    )


@router.get("/reviews")
async def list_reviews(
    viewer: Viewer,
    db: Db,
    company_id: Filter = None,
    risk_class: RiskClass | None = None,
    amount_min: AmountFrom = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ReviewView]:
    """The review worklist: accounts whose review is due, and those that wait in Review; the longest due first."""
    after, after_id = decode_cursor(cursor, 2, date.fromisoformat, str)
    on = db.today or date.min
    rows = await db.fetch("view_reviews", on, company_id, risk_class, amount_min, after, after_id, limit + 1)
    return Page[ReviewView].of(rows, limit, ReviewView.of, lambda row: [row["review_due_on"], row["customer_id"]])


@router.post("/requests/{request_id}/request-statements")
async def request_statements(request_id: str, body: RequestStatements, command: Decider) -> RequestView:
    """Asks the customer for financial statements, with the policy's deadlines, reminder and expiry."""

    async def work(uow: CreditWork) -> RequestView:
        request, _ = await _request(request_id, uow)
        _turn(request, Turn.STATEMENTS_REQUESTED, command, body.reason, uow)
        ask_for_statements(request, await _policy(uow), uow.business_date, command, uow)
        return RequestView.of(request)

    return await command.run(work, body)


@router.post("/requests/{request_id}/statements")
async def enter_statements(request_id: str, body: EnterStatements, command: Decider) -> RequestDetail:
    """Enters the customer's statements and analyses them: ratios, Z-scores, trends, a suggested limit."""

    async def work(uow: CreditWork) -> RequestDetail:
        request, account = await _request(request_id, uow)
        policy, on = await _policy(uow), uow.business_date
        statements = sorted(body.statements, key=lambda statement: statement.fiscal_year)
        wrong = unfit(statements, request.currency, on, policy.statements.age_months_max)
        if wrong is not None:
            raise Unprocessable(wrong)
        suggestion = await analyse(request, account, statements, policy, on, uow)
        told = f"Suggested limit {Money(suggestion.amount, request.currency)}, bound by {suggestion.binding}."
        _turn(request, Turn.STATEMENTS_ENTERED, command, told, uow)
        for statement in statements:
            uow.append("save_statements", statement_row(request, statement, command.person.name, on))
        return RequestDetail(
            request=RequestView.of(request),
            way=[],
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
        request, account = await _request(request_id, uow)
        policies = await uow.policy(CREDIT_REQUESTS)
        policy, on = policies.on(uow.business_date), uow.business_date
        request.policy_version = policy.version
        turn = _turn_of_approval(request, body, command.person, policy.document)
        _turn(request, turn, command, body.reason, uow)
        request.granted_limit = body.credit_limit
        if turn is Turn.FIRST_APPROVAL:
            request.first_approver = command.person.name
            return RequestView.of(request)
        file = (await files_of([account], uow))[account.customer_id]
        grant(request, body.credit_limit, body.reason, policy.document, file, on, command, uow)
        words = "The customer's credit was decided anew."
        await judge_again(uow, {account.customer_id: Occasion(command, on, words)})
        return RequestView.of(request)

    return await command.run(work, body)


@router.post("/requests/{request_id}/decline")
async def decline_request(request_id: str, body: DeclineRequest, command: Decider) -> RequestView:
    """Declines; the customer is told every reason."""

    async def work(uow: CreditWork) -> RequestView:
        request, _ = await _request(request_id, uow)
        _turn(request, Turn.DECLINED, command, " ".join(reason.text for reason in body.reasons), uow)
        request.granted_limit = None
        decline(request, body.reasons, uow.business_date, command, uow)
        return RequestView.of(request)

    return await command.run(work, body)


async def _new_request(body: AskForCredit, account: CreditAccount, command: Command, uow: CreditWork) -> CreditRequest:
    """Raises Conflict or Unprocessable where the request cannot be taken as it is."""
    for amount in (body.amount, body.monthly_purchases):
        if amount is not None and not is_exact(amount, body.currency):
            raise Unprocessable(f"{amount} has more decimal places than {body.currency} is accounted in: round it")
    under_way = await open_requests_of([body.customer_id], uow)
    counted = await uow.fetchrow("count_requests", body.customer_id)
    assert counted is not None
    request = CreditRequest(
        **body.model_dump(),
        request_id=f"{body.customer_id}-CR{counted['requests'] + 1}",
        requested_on=uow.business_date,
        requested_by=command.person.name,
        company_id=account.company_id,
        changed_on=uow.business_date,
    )
    other = under_way.get(body.customer_id)
    refused = not_acceptable(request, account.currency, account.state, other.request_id if other else None)
    if refused is not None:
        raise Conflict(refused.text) if other else Unprocessable(refused.text)
    return uow.requests.put(request)


def _turn_of_approval(request: CreditRequest, body: ApproveRequest, person: Person, policy: RequestPolicy) -> Turn:
    """Raises Forbidden or Unprocessable where this person may not approve this limit."""
    limit, told = body.credit_limit, Money(body.credit_limit, body.currency)
    if body.currency != request.currency or not is_exact(limit, body.currency):
        raise Unprocessable(f"a limit of {told} does not fit a request in {request.currency}: give it in that, rounded")
    if limit > request.amount:
        raise Unprocessable(f"{told} is more than the {request.amount:,} asked for: approve at most that")
    if person.name.casefold() == request.requested_by.casefold():
        raise Forbidden(f"{person.name} asked for this credit: somebody else has to approve it")
    if request.state != "AwaitingSecondApproval":
        return Turn.APPROVED if policy.authority.may_approve(person.roles, limit) else Turn.FIRST_APPROVAL
    if person.name == request.first_approver:
        raise Forbidden(f"{person.name} approved it already: a second person has to agree")
    if limit != request.granted_limit:
        raise Unprocessable(f"{request.first_approver} approved {request.granted_limit}, not {limit}: approve the same")
    if not policy.authority.may_second(person.roles, limit):
        raise Forbidden(f"{told} is above what {person.name} may confirm as a second person: ask a credit manager")
    return Turn.SECOND_APPROVAL


def _turn(request: CreditRequest, turn: Turn, command: Command, text: str, uow: CreditWork) -> None:
    """Moves the request, with an audit entry. Raises Conflict where its state knows no such turn."""
    before = request.state
    try:
        step = request.turned(turn, uow.business_date, command.person.name, text)
    except ImpossibleTurn as error:
        raise Conflict(f"{error}") from None
    uow.record(step)
    uow.audit(command, turn.name.lower(), request.request_id, before, request.state)


async def _request(request_id: str, uow: CreditWork) -> tuple[CreditRequest, CreditAccount]:
    """The request and its account, both locked."""
    owner = await uow.fetchrow("find_request", request_id)
    if owner is None:
        raise _no_request(request_id)
    customer_id = owner["customer_id"]
    account = (await uow.lock([customer_id]))[customer_id]
    return (await uow.requests.load([(customer_id, request_id)]))[customer_id, request_id], account


async def _policy(uow: CreditWork) -> RequestPolicy:
    return (await uow.policy(CREDIT_REQUESTS)).on(uow.business_date).document


def _no_request(request_id: str) -> NotFound:
    return NotFound(f"there is no credit request {request_id!r}: GET /requests lists them")
