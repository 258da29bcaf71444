"""Credit requests as they come, as the bureau answers, and as time passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

from services.credit.decisions import Occasion, judge_again
from services.credit.domain.account import BY_ITSELF
from services.credit.domain.credit_requests import BureauReport, CreditRequest, judged_on_report, not_acceptable
from services.credit.domain.payment_facts import TradeDay
from services.credit.domain.request_policy import RequestPolicy
from services.credit.domain.request_states import Turn
from services.credit.judging import decide, decline, judge, open_requests_of, refuse
from services.credit.limits import files_of
from services.credit.request_store import CREDIT_REQUESTS
from services.credit.store import CreditWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.collections import PromiseBroken
from shared.contracts.credit import FinancialStatementsRequested
from shared.contracts.credit_bureau import CreditReportReceived
from shared.contracts.erp import CreditRequested
from shared.contracts.invoicing import Reason


async def take_in(events: Sequence[CreditRequested], uow: CreditWork) -> None:
    """Takes the requests in, in business order; one customer can have one under way."""
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
    # A customer's second request of the batch must find the first one judged.
    for asked in rounds.values():
        to_be_judged = [pair for event in asked if (pair := _accepted(event, under_way, uow))]
        await judge(to_be_judged, uow)


def _accepted(
    event: CreditRequested, under_way: dict[str, CreditRequest], uow: CreditWork
) -> tuple[CreditRequest, CreditRequested] | None:
    """The request, to be judged; None where another one of the customer is still under way."""
    account, other = uow.accounts[event.customer_id], under_way.get(event.customer_id)
    request = uow.requests.put(CreditRequest.asked(event))
    request.company_id = account.company_id
    if other is None or not other.open:
        under_way[event.customer_id] = request
        return request, event
    refused = not_acceptable(request, account.currency, account.state, other.request_id)
    assert refused is not None
    refuse(request, refused, event, uow)
    return None


async def judge_those_that_waited(causes: Mapping[str, Cause], uow: CreditWork) -> None:
    """Requests that came before the customer's master data."""
    waiting = await open_requests_of(causes, uow)
    asked = [(r, causes[r.customer_id]) for _, r in sorted(waiting.items()) if r.state == "Requested"]
    await judge(asked, uow)


async def receive_reports(reports: Sequence[CreditReportReceived], uow: CreditWork) -> None:
    """A report is kept until it expires, and decides the request that waits for it."""
    accounts = await uow.lock(report.customer_id for report in reports)
    await uow.reports.load((report.customer_id, report.report_id) for report in reports)
    files = await files_of(accounts.values(), uow)
    under_way = await open_requests_of(accounts, uow)
    policies = await uow.policy(CREDIT_REQUESTS)
    occasions: dict[str, Occasion] = {}
    for event in reports:
        if (event.customer_id, event.report_id) in uow.reports:
            continue
        policy = policies.on(event.report_date)
        report = uow.reports.put(_report(event, policy.document))
        request = under_way.get(event.customer_id)
        if request is None or request.state != "AwaitingReport" or request.report_id != report.report_id:
            continue
        on = max(event.report_date, request.requested_on)
        judgement = judged_on_report(request, report, policy.document)
        decide(request, judgement, policy, files[event.customer_id], on, event, uow)
        occasions[event.customer_id] = Occasion(event, on, "The customer's credit was decided anew.")
    await judge_again(uow, occasions)


async def follow_up(run: DailyRun, customer_ids: Collection[str], uow: CreditWork) -> None:
    """What waits for the bureau or for the customer is waited for no longer than the policy says."""
    policy = (await uow.policy(CREDIT_REQUESTS)).on(run.business_date).document
    for _, request in sorted((await open_requests_of(customer_ids, uow)).items()):
        match request.state:
            case "AwaitingReport":
                _wait_for_the_bureau(request, policy, run, uow)
            case "AwaitingStatements":
                _wait_for_statements(request, policy, run, uow)


def remember_broken_promises(promises: Sequence[PromiseBroken], uow: CreditWork) -> None:
    """A broken promise counts against the customer's history."""
    for promise in promises:
        day = TradeDay(promise.customer_id, promise.currency, promise.judged_on, broken_promises=1)
        uow.append("add_trade_days", day)


def ask_for_statements(request: CreditRequest, policy: RequestPolicy, on: date, cause: Cause, uow: CreditWork) -> None:
    """The letter to the customer; the deadlines are those of the policy."""
    request.statements_asked(policy, on)
    _write_to_the_customer(request, on, cause, uow, reminder=False)


def _wait_for_the_bureau(request: CreditRequest, policy: RequestPolicy, run: DailyRun, uow: CreditWork) -> None:
    if request.report_asked_on is None or run.business_date <= request.report_asked_on:
        return
    request.report_days_waited += 1
    allowed = policy.bureau.answer_business_days
    if request.report_days_waited > allowed:
        text = f"No answer in {allowed} business days since {request.report_asked_on}: a person decides."
        uow.record(request.turned(Turn.NO_ANSWER, run.business_date, BY_ITSELF, text))


def _wait_for_statements(request: CreditRequest, policy: RequestPolicy, run: DailyRun, uow: CreditWork) -> None:
    due, expires, on = request.statements_due_on, request.statements_expire_on, run.business_date
    if request.statements_expired(on):
        text = f"The financial statements we asked for by {due} had not reached us by {expires}."
        uow.record(request.turned(Turn.STATEMENTS_EXPIRED, on, BY_ITSELF, text))
        decline(request, [Reason(code="statements-not-received", text=text)], on, run, uow)
    elif request.to_be_reminded(policy, on):
        request.reminded_on = on
        _write_to_the_customer(request, on, run, uow, reminder=True)


def _write_to_the_customer(request: CreditRequest, on: date, cause: Cause, uow: CreditWork, *, reminder: bool) -> None:
    due, expires = request.statements_due_on, request.statements_expire_on
    assert due is not None and expires is not None
    opening = "We remind you of the financial statements" if reminder else "Please send us the financial statements"
    letter = FinancialStatementsRequested(
        request_id=request.request_id,
        customer_id=request.customer_id,
        company_id=request.company_id,
        sent_on=on,
        due_on=due,
        expires_on=expires,
        reminder=reminder,
        text=f"{opening} of the last two years by {due}. Without them by {expires} we have to decline request "
        f"{request.request_id}.",
    )
    uow.emit(letter, cause=cause)


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
