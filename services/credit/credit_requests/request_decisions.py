"""What a decision on a credit request does: the limit, the account's state, the events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.credit.accounts.domain.account import SYSTEM_ACTOR, LimitChange
from services.credit.accounts.domain.account_state import StateCause
from services.credit.credit_requests.domain.credit_requests import CreditRequest, RequestEvaluation
from services.credit.credit_requests.domain.reasons import bureau_score, credit_approved
from services.credit.credit_requests.domain.request_policy import RequestPolicy
from services.credit.credit_requests.domain.request_states import Transition
from services.credit.limits.domain.credit_file import CreditFile
from services.credit.limits.domain.limit_policy import LimitPolicy
from services.credit.limits.limit_changes import apply_limit
from services.credit.work import CreditWork
from shared.chassis.declare.policies import PolicyVersion
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.credit import CreditReportRequested, CreditRequestDeclined
from shared.contracts.invoicing import Reason


@dataclass(frozen=True, slots=True)
class DecisionBasis:
    """What a decision on a request rests on: policies, the customer's credit file, the day, and the cause."""

    policy: PolicyVersion[RequestPolicy]
    limit_policy: LimitPolicy
    file: CreditFile
    on: date
    cause: Cause


def apply_evaluation(
    request: CreditRequest, evaluation: RequestEvaluation, basis: DecisionBasis, uow: CreditWork
) -> None:
    """Moves the request as evaluated, and publishes the result. The caller updates the account's state afterwards."""
    request.risk_class = evaluation.risk_class
    request.policy_version = basis.policy.version
    uow.record_step(request.apply(evaluation.transition, basis.on, SYSTEM_ACTOR, evaluation.text))
    match request.state:
        case "Approved":
            grant(request, request.amount, evaluation.text, basis, uow)
        case "Declined":
            decline(request, [bureau_score(evaluation.text)], basis.on, basis.cause, uow)
        case "AwaitingReport":
            _request_report(request, basis, uow)


def _request_report(request: CreditRequest, basis: DecisionBasis, uow: CreditWork) -> None:
    request.report_asked(basis.on)
    account = uow.accounts[request.customer_id]
    question = CreditReportRequested(
        report_id=request.request_id,
        request_id=request.request_id,
        customer_id=request.customer_id,
        company_id=request.company_id,
        customer_name=account.name,
        currency=request.currency,
        amount=request.amount,
        requested_on=basis.on,
        answer_business_days=basis.policy.document.bureau.answer_business_days,
    )
    uow.emit(question, cause=basis.cause)


def grant(request: CreditRequest, limit: Decimal, why: str, basis: DecisionBasis, uow: CreditWork) -> None:
    """The limit holds from today on, the policy gives the day of the next review, a closed account is open again."""
    account, by, on = uow.accounts[request.customer_id], request.decided_by or SYSTEM_ACTOR, basis.on
    request.granted_limit = limit
    reason = credit_approved(request.request_id, why)
    request.reasons = (reason,)
    uow.emit_all(account.change_state(StateCause.CREDIT_APPROVED, [reason], on), cause=basis.cause)
    change = LimitChange(on, account.currency, limit, request.valid_until, by, reason.text, request.request_id)
    apply_limit(account, basis.file, change, today=on, cause=basis.cause, uow=uow)
    basis.file.reviewed(basis.limit_policy, request.risk_class, limit, on)
    basis.file.closed_on = None


def decline(request: CreditRequest, reasons: Iterable[Reason], on: date, cause: Cause, uow: CreditWork) -> None:
    """The customer learns every reason; an account under review is suspended."""
    _publish_declined(request, tuple(reasons), on, cause, uow)
    account = uow.accounts[request.customer_id]
    uow.emit_all(account.change_state(StateCause.CREDIT_DECLINED, request.reasons, on), cause=cause)


def reject(request: CreditRequest, reason: Reason, cause: Cause, uow: CreditWork) -> None:
    """A request that cannot be accepted is declined; nothing of the account changes."""
    uow.record_step(request.apply(Transition.NOT_ACCEPTABLE, request.requested_on, SYSTEM_ACTOR, reason.text))
    _publish_declined(request, (reason,), request.requested_on, cause, uow)


def _publish_declined(
    request: CreditRequest, reasons: tuple[Reason, ...], on: date, cause: Cause, uow: CreditWork
) -> None:
    request.reasons = reasons
    uow.emit(
        CreditRequestDeclined(
            request_id=request.request_id,
            customer_id=request.customer_id,
            decided_on=on,
            currency=request.currency,
            amount=request.amount,
            declined_by=request.decided_by or SYSTEM_ACTOR,
            reasons=reasons,
        ),
        cause=cause,
    )
