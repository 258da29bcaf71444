"""What people do with credit requests: request credit, ask for statements, enter them, approve, decline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal

from services.credit.accounts.domain.account import CreditAccount
from services.credit.credit_requests.deadlines import send_letter_for_statements
from services.credit.credit_requests.domain.credit_requests import CreditRequest, InvalidTransition, rejection_reason
from services.credit.credit_requests.domain.financial_statements import (
    FinancialStatement,
    Ratios,
    statements_problem,
    trends,
)
from services.credit.credit_requests.domain.reasons import suggested_limit as suggested_limit_text
from services.credit.credit_requests.domain.request_policy import RequestPolicy
from services.credit.credit_requests.domain.request_states import Transition
from services.credit.credit_requests.domain.suggested_limit import SuggestedLimit, suggested_limit
from services.credit.credit_requests.evaluation import evaluate_requests, open_requests_of, payment_facts_of
from services.credit.credit_requests.policy import CREDIT_REQUESTS
from services.credit.credit_requests.request_decisions import DecisionBasis, decline, grant
from services.credit.credit_requests.schemas import ApproveRequest, DeclineRequest, RequestCredit
from services.credit.credit_requests.store import statement_row
from services.credit.limits.domain.limit_policy import LimitPolicy
from services.credit.limits.limit_changes import load_credit_files
from services.credit.limits.policy import CREDIT_LIMITS
from services.credit.order_authorization.account_lookup import check_exact, no_account
from services.credit.order_authorization.domain.reasons import ROOM_AFTER_CREDIT_DECISION
from services.credit.order_authorization.reevaluation import reevaluate_after_command
from services.credit.payment_history.store import load_yearly_sales
from services.credit.work import CreditWork
from shared.chassis.auth import Person
from shared.chassis.errors import Conflict, Forbidden, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.kernel.authority import check_second_person, is_same_person
from shared.kernel.money import Money, is_exact


async def request_credit(body: RequestCredit, command: Command, uow: CreditWork) -> CreditRequest:
    """Registers a request and evaluates it at once. Raises NotFound, Conflict, Unprocessable."""
    account = (await uow.lock([body.customer_id]))[body.customer_id]
    if not account.has_master_data:
        raise no_account(body.customer_id)
    request = await _new_request(body, account, command, uow)
    uow.audit(command, "request_credit", request.request_id, None, body)
    await evaluate_requests([(request, command)], uow)
    return request


async def _new_request(body: RequestCredit, account: CreditAccount, command: Command, uow: CreditWork) -> CreditRequest:
    for amount in (body.amount, body.monthly_purchases):
        if amount is not None:
            check_exact(amount, body.currency)
    under_way = await open_requests_of([body.customer_id], uow)
    counted = await uow.fetchrow("count_requests", body.customer_id)
    assert counted is not None
    request = CreditRequest(
        **body.model_dump(),
        request_id=f"{body.customer_id}-CR{counted['requests'] + 1}",
        requested_on=uow.business_date_of(account.company_id),
        requested_by=command.person.name,
        company_id=account.company_id,
        changed_on=uow.business_date_of(account.company_id),
    )
    other = under_way.get(body.customer_id)
    reason = rejection_reason(request, account.currency, account.state, other.request_id if other else None)
    if reason is not None:
        raise Conflict(reason.text) if other else Unprocessable(reason.text)
    return uow.requests.put(request)


async def request_statements(request_id: str, reason: str, command: Command, uow: CreditWork) -> CreditRequest:
    """Sends the customer a letter with the deadlines of the policy. Raises NotFound, Conflict."""
    request, _ = await _locked_request(request_id, uow)
    _apply(request, Transition.STATEMENTS_REQUESTED, command, reason, uow)
    on = uow.business_date_of(request.company_id)
    send_letter_for_statements(request, await _policy(on, uow), on, command, uow)
    return request


async def enter_statements(
    request_id: str, entered: Sequence[FinancialStatement], command: Command, uow: CreditWork
) -> tuple[CreditRequest, list[FinancialStatement]]:
    """Stores and analyses the statements, and returns them oldest first. Raises NotFound, Conflict, Unprocessable."""
    request, account = await _locked_request(request_id, uow)
    on = uow.business_date_of(request.company_id)
    policy = await _policy(on, uow)
    statements = sorted(entered, key=lambda statement: statement.fiscal_year)
    problem = statements_problem(statements, request.currency, on, policy.statements.age_months_max)
    if problem is not None:
        raise Unprocessable(problem)
    suggestion = await _analyse(request, account, statements, policy, uow)
    text = suggested_limit_text(Money(suggestion.amount, request.currency), suggestion.binding)
    _apply(request, Transition.STATEMENTS_ENTERED, command, text, uow)
    for statement in statements:
        uow.append("save_statements", statement_row(request, statement, command.person.name, on))
    return request, statements


async def _analyse(
    request: CreditRequest,
    account: CreditAccount,
    statements: Sequence[FinancialStatement],
    policy: RequestPolicy,
    uow: CreditWork,
) -> SuggestedLimit:
    """Stores ratios, trends and the suggested limit with the request; `statements` are oldest first."""
    ratios = [Ratios.of(statement) for statement in statements]
    on = uow.business_date_of(request.company_id)
    suggestion = suggested_limit(
        policy.caps,
        request.currency,
        net_worth=statements[-1].equity,
        our_sales=await load_yearly_sales(account.customer_id, account.currency, on, uow),
        monthly_purchases=await _monthly_purchases(request, account, on, uow),
    )
    request.analysis = {
        "ratios": [asdict(year) for year in ratios],
        "trends": trends(ratios),
        "suggested_limit": asdict(suggestion),
    }
    return suggestion


async def _monthly_purchases(request: CreditRequest, account: CreditAccount, on: date, uow: CreditWork) -> Decimal:
    """What the customer expects to buy; if it gave no amount, what it has bought."""
    if request.monthly_purchases is not None:
        return request.monthly_purchases
    facts = await payment_facts_of([(account, on)], await uow.policy(CREDIT_REQUESTS), uow)
    return facts[account.customer_id, on].monthly_purchases


async def approve_request(request_id: str, body: ApproveRequest, command: Command, uow: CreditWork) -> CreditRequest:
    """Grants a limit, or records a first approval above the person's authority.

    Raises NotFound, Conflict, Forbidden, RequesterCannotApprove, Unprocessable; nothing is changed then.
    """
    request, account = await _locked_request(request_id, uow)
    on = uow.business_date_of(request.company_id)
    policy = (await uow.policy(CREDIT_REQUESTS)).on(on)
    limit_policy = (await uow.policy(CREDIT_LIMITS)).on(on).document
    request.policy_version = policy.version
    transition = _transition_of_approval(request, body, command.person, limit_policy)
    _apply(request, transition, command, body.reason, uow)
    request.granted_limit = body.credit_limit
    if transition is Transition.FIRST_APPROVAL:
        request.first_approver = command.person.name
        return request
    file = (await load_credit_files([account], uow))[account.customer_id]
    grant(request, body.credit_limit, body.reason, DecisionBasis(policy, limit_policy, file, on, command), uow)
    await reevaluate_after_command(account, command, uow, ROOM_AFTER_CREDIT_DECISION)
    return request


async def decline_request(request_id: str, body: DeclineRequest, command: Command, uow: CreditWork) -> CreditRequest:
    """Raises NotFound, Conflict."""
    request, _ = await _locked_request(request_id, uow)
    _apply(request, Transition.DECLINED, command, " ".join(reason.text for reason in body.reasons), uow)
    request.granted_limit = None
    decline(request, body.reasons, uow.business_date_of(request.company_id), command, uow)
    return request


def _transition_of_approval(
    request: CreditRequest, body: ApproveRequest, person: Person, policy: LimitPolicy
) -> Transition:
    """Raises Forbidden, RequesterCannotApprove or Unprocessable if this person may not approve this limit."""
    limit, shown = body.credit_limit, Money(body.credit_limit, body.currency)
    if body.currency != request.currency or not is_exact(limit, body.currency):
        raise Unprocessable(
            f"a limit of {shown} does not fit a request in {request.currency}: give it in {request.currency}, rounded"
        )
    if limit > request.amount:
        asked = Money(request.amount, request.currency)
        raise Unprocessable(f"{shown} is more than the {asked} requested: approve at most that")
    check_second_person(request.requested_by, person.name)
    if request.state != "AwaitingSecondApproval":
        alone = policy.authority.may_approve(person.roles, limit)
        return Transition.APPROVED if alone else Transition.FIRST_APPROVAL
    if request.first_approver is not None and is_same_person(person.name, request.first_approver):
        raise Forbidden(f"{person.name} has already approved it: a second person has to approve it")
    if limit != request.granted_limit:
        first = Money(request.granted_limit or Decimal(0), request.currency)
        raise Unprocessable(f"{request.first_approver} approved {first}, not {shown}: approve the same limit")
    if not policy.authority.may_second(person.roles, limit):
        raise Forbidden(f"{shown} is above what {person.name} may confirm as a second person: ask a credit manager")
    return Transition.SECOND_APPROVAL


def _apply(request: CreditRequest, transition: Transition, command: Command, text: str, uow: CreditWork) -> None:
    """Moves the request, with an audit entry. Raises Conflict if its state does not allow the transition."""
    before = request.state
    try:
        step = request.apply(transition, uow.business_date_of(request.company_id), command.person.name, text)
    except InvalidTransition as error:
        raise Conflict(f"{error}") from None
    uow.record_step(step)
    uow.audit(command, transition.name.lower(), request.request_id, before, request.state)


async def _locked_request(request_id: str, uow: CreditWork) -> tuple[CreditRequest, CreditAccount]:
    """The request and its account, both locked. Raises NotFound."""
    owner = await uow.fetchrow("find_request", request_id)
    if owner is None:
        raise no_request(request_id)
    customer_id = owner["customer_id"]
    account = (await uow.lock([customer_id]))[customer_id]
    return (await uow.requests.load([(customer_id, request_id)]))[customer_id, request_id], account


async def _policy(on: date, uow: CreditWork) -> RequestPolicy:
    return (await uow.policy(CREDIT_REQUESTS)).on(on).document


def no_request(request_id: str) -> NotFound:
    return NotFound(f"there is no credit request {request_id!r}: GET /requests lists them")
