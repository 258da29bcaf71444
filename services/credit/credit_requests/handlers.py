"""Events on credit requests: new requests, bureau reports, and master data that requests waited for."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from services.credit.credit_requests.domain.credit_requests import (
    BureauReport,
    CreditRequest,
    evaluate_report,
    rejection_reason,
)
from services.credit.credit_requests.domain.request_policy import RequestPolicy
from services.credit.credit_requests.evaluation import RequestAndCause, evaluate_requests, open_requests_of
from services.credit.credit_requests.policy import CREDIT_REQUESTS
from services.credit.credit_requests.request_decisions import DecisionBasis, apply_evaluation, reject
from services.credit.limits.limit_changes import load_credit_files
from services.credit.limits.policy import CREDIT_LIMITS
from services.credit.order_authorization.domain.reasons import ROOM_AFTER_CREDIT_DECISION
from services.credit.order_authorization.reevaluation import Trigger, reevaluate_held_orders
from services.credit.work import CreditWork
from shared.contracts.credit_bureau import CreditReportReceived
from shared.contracts.erp import CreditRequested, CustomerChanged


async def register_requests(events: list[CreditRequested], uow: CreditWork) -> None:
    """Registers requests in business order, and evaluates them. A customer can have one open request.

    Good history is approved automatically, poor goes to a person, and for a new customer a bureau report is requested.
    """
    accounts = await uow.lock(event.customer_id for event in events)
    await uow.requests.load((event.customer_id, event.request_id) for event in events)
    under_way = await open_requests_of(accounts, uow)
    new = {(event.customer_id, event.request_id): event for event in reversed(events)}
    rounds: dict[int, list[CreditRequested]] = {}
    seen: Counter[str] = Counter()
    for event in [event for event in events if new.get((event.customer_id, event.request_id)) is event]:
        if (event.customer_id, event.request_id) not in uow.requests:
            rounds.setdefault(seen[event.customer_id], []).append(event)
            seen[event.customer_id] += 1
    # A customer's first request of the batch must be evaluated before the second one.
    for asked in rounds.values():
        await evaluate_requests([pair for event in asked if (pair := _registered(event, under_way, uow))], uow)


def _registered(event: CreditRequested, under_way: dict[str, CreditRequest], uow: CreditWork) -> RequestAndCause | None:
    """The request, to be evaluated; None if another request of the customer is still open."""
    account, other = uow.accounts[event.customer_id], under_way.get(event.customer_id)
    request = uow.requests.put(CreditRequest.asked(event))
    request.company_id = account.company_id
    if other is None or not other.open:
        under_way[event.customer_id] = request
        return request, event
    reason = rejection_reason(request, account.currency, account.state, other.request_id)
    assert reason is not None
    reject(request, reason, event, uow)
    return None


async def evaluate_waiting_requests(customers: list[CustomerChanged], uow: CreditWork) -> None:
    """Evaluates requests that arrived before the customer's master data."""
    causes = {customer.customer_id: customer for customer in customers}
    waiting = await open_requests_of(causes, uow)
    asked = [(r, causes[r.customer_id]) for _, r in sorted(waiting.items()) if r.state == "Requested"]
    await evaluate_requests(asked, uow)


async def apply_bureau_reports(reports: list[CreditReportReceived], uow: CreditWork) -> None:
    """A report is kept until it expires, and decides the request that waits for it, or passes it to a person."""
    accounts = await uow.lock(report.customer_id for report in reports)
    await uow.reports.load((report.customer_id, report.report_id) for report in reports)
    files = await load_credit_files(accounts.values(), uow)
    under_way = await open_requests_of(accounts, uow)
    policies, limit_policies = await uow.policy(CREDIT_REQUESTS), await uow.policy(CREDIT_LIMITS)
    triggers: dict[str, Trigger] = {}
    for event in reports:
        if (event.customer_id, event.report_id) in uow.reports:
            continue
        policy = policies.on(event.report_date)
        report = uow.reports.put(_report(event, policy.document))
        request = under_way.get(event.customer_id)
        if request is None or request.state != "AwaitingReport" or request.report_id != report.report_id:
            continue
        on = max(event.report_date, request.requested_on)
        evaluation = evaluate_report(request, report, policy.document)
        limit_policy = limit_policies.on(event.report_date).document
        basis = DecisionBasis(policy, limit_policy, files[event.customer_id], on, event)
        apply_evaluation(request, evaluation, basis, uow)
        triggers[event.customer_id] = Trigger(event, on, ROOM_AFTER_CREDIT_DECISION)
    await reevaluate_held_orders(uow, triggers)


def _report(event: CreditReportReceived, policy: RequestPolicy) -> BureauReport:
    return BureauReport(
        customer_id=event.customer_id,
        report_id=event.report_id,
        bureau=event.bureau,
        report_date=event.report_date,
        expires_on=event.report_date + timedelta(days=policy.bureau.report_valid_days),
        score=event.score,
        remarks=event.remarks,
    )
