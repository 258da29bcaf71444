"""Deadlines of credit requests: the bureau's answer, and the customer's financial statements."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from services.credit.accounts.domain.account import SYSTEM_ACTOR
from services.credit.credit_requests.domain.credit_requests import CreditRequest
from services.credit.credit_requests.domain.reasons import letter_for_statements, no_answer, statements_not_received
from services.credit.credit_requests.domain.request_policy import RequestPolicy
from services.credit.credit_requests.domain.request_states import Transition
from services.credit.credit_requests.evaluation import open_requests_of
from services.credit.credit_requests.policy import CREDIT_REQUESTS
from services.credit.credit_requests.request_decisions import decline
from services.credit.work import CreditWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.credit import FinancialStatementsRequested


async def follow_up_requests(run: DailyRun, customer_ids: Collection[str], uow: CreditWork) -> None:
    """Ends waiting for the bureau or the customer after the days that the policy allows, and sends reminders."""
    policy = (await uow.policy(CREDIT_REQUESTS)).on(run.business_date).document
    for _, request in sorted((await open_requests_of(customer_ids, uow)).items()):
        match request.state:
            case "AwaitingReport":
                _check_report_deadline(request, policy, run, uow)
            case "AwaitingStatements":
                _check_statements_deadline(request, policy, run, uow)


def send_letter_for_statements(
    request: CreditRequest, policy: RequestPolicy, on: date, cause: Cause, uow: CreditWork
) -> None:
    """The letter to the customer, with the deadlines of the policy."""
    request.statements_asked(policy, on)
    _write_to_customer(request, on, cause, uow, reminder=False)


def _check_report_deadline(request: CreditRequest, policy: RequestPolicy, run: DailyRun, uow: CreditWork) -> None:
    if request.report_asked_on is None or run.business_date <= request.report_asked_on:
        return
    request.report_days_waited += 1
    allowed = policy.bureau.answer_business_days
    if request.report_days_waited > allowed:
        text = no_answer(allowed, request.report_asked_on)
        uow.record_step(request.apply(Transition.NO_ANSWER, run.business_date, SYSTEM_ACTOR, text))


def _check_statements_deadline(request: CreditRequest, policy: RequestPolicy, run: DailyRun, uow: CreditWork) -> None:
    due, expires, on = request.statements_due_on, request.statements_expire_on, run.business_date
    if due is not None and expires is not None and request.statements_expired(on):
        reason = statements_not_received(due, expires)
        uow.record_step(request.apply(Transition.STATEMENTS_EXPIRED, on, SYSTEM_ACTOR, reason.text))
        decline(request, [reason], on, run, uow)
    elif request.to_be_reminded(policy, on):
        request.reminded_on = on
        _write_to_customer(request, on, run, uow, reminder=True)


def _write_to_customer(request: CreditRequest, on: date, cause: Cause, uow: CreditWork, *, reminder: bool) -> None:
    due, expires = request.statements_due_on, request.statements_expire_on
    assert due is not None and expires is not None
    letter = FinancialStatementsRequested(
        request_id=request.request_id,
        customer_id=request.customer_id,
        company_id=request.company_id,
        sent_on=on,
        due_on=due,
        expires_on=expires,
        reminder=reminder,
        text=letter_for_statements(request.request_id, due, expires, reminder=reminder),
    )
    uow.emit(letter, cause=cause)
