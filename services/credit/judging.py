"""Credit requests judged by what is known: payment history, a bureau's report. One query for a batch and table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from services.credit.decisions import Occasion, judge_again
from services.credit.domain.account import BY_ITSELF, CreditAccount
from services.credit.domain.account_state import Cause as StateCause
from services.credit.domain.credit_file import CreditFile, PlannedLimit
from services.credit.domain.credit_requests import (
    BureauReport,
    CreditRequest,
    Judgement,
    judged_on_history,
    judged_on_report,
    not_acceptable,
)
from services.credit.domain.payment_facts import PaymentFacts, months_before, months_between
from services.credit.domain.request_policy import RequestPolicy
from services.credit.domain.request_states import Turn
from services.credit.limits import files_of, put_limit
from services.credit.request_store import CREDIT_REQUESTS, CREDIT_SCORECARD, still_open
from services.credit.store import CreditWork
from shared.chassis.declare.policies import PolicyVersion, PolicyVersions, Reader
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.credit import CreditReportRequested, CreditRequestDeclined
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money, round_half_up

Asked = tuple[CreditRequest, Cause]


async def judge(asked: Sequence[Asked], uow: CreditWork) -> None:
    """Each request goes as far as it can by itself, in the order given; then held orders that fit now go on.

    Requests of customers that have not been heard of wait. The accounts must be locked, the open requests loaded.
    """
    if not asked:
        return
    accounts = [uow.accounts[request.customer_id] for request, _ in asked]
    files = await files_of(accounts, uow)
    facts = await facts_of([(uow.accounts[r.customer_id], r.requested_on) for r, _ in asked], uow)
    reports = await _valid_reports({request.customer_id for request, _ in asked}, uow)
    policies, cards = await uow.policy(CREDIT_REQUESTS), await uow.policy(CREDIT_SCORECARD)
    occasions: dict[str, Occasion] = {}
    for request, cause in asked:
        account, on = uow.accounts[request.customer_id], request.requested_on
        if not account.known or request.state != "Requested":
            continue
        request.company_id = account.company_id
        refused = not_acceptable(request, account.currency, account.state, None)
        if refused is not None:
            refuse(request, refused, cause, uow)
            continue
        policy, known = policies.on(on), facts[account.customer_id, on]
        score = cards.on(on).document.score(known)
        request.assessed(known, score)
        if request.kind == "increase":
            text = f"{request.requested_by} asks for {Money(request.amount, request.currency)}."[:500]
            why = [Reason(code="increase-requested", text=text)]
            uow.emit_all(account.moved_by(StateCause.INCREASE_REQUESTED, why, on), cause=cause)
        judgement = judged_on_history(request, known, score, policy.document, account.state)
        report = reports.get(account.customer_id)
        if judgement.turn is Turn.NO_HISTORY and report is not None and on <= report.expires_on:
            judgement = judged_on_report(request, report, policy.document)
        decide(request, judgement, policy, files[account.customer_id], on, cause, uow)
        occasions[account.customer_id] = Occasion(cause, on, "The customer's credit was decided anew.")
    await judge_again(uow, occasions)


def decide(
    request: CreditRequest,
    judgement: Judgement,
    policy: PolicyVersion[RequestPolicy],
    file: CreditFile,
    on: date,
    cause: Cause,
    uow: CreditWork,
) -> None:
    """Does what the judgement says, and says it; the accounts are settled afterwards."""
    request.risk_class = judgement.risk_class
    request.policy_version = policy.version
    uow.record(request.turned(judgement.turn, on, BY_ITSELF, judgement.text))
    match request.state:
        case "Approved":
            grant(request, request.amount, judgement.text, policy.document, file, on, cause, uow)
        case "Declined":
            decline(request, [Reason(code="bureau-score", text=judgement.text[:500])], on, cause, uow)
        case "AwaitingReport":
            request.report_asked(on)
            account = uow.accounts[request.customer_id]
            question = CreditReportRequested(
                report_id=request.request_id,
                request_id=request.request_id,
                customer_id=request.customer_id,
                company_id=request.company_id,
                customer_name=account.name,
                currency=request.currency,
                amount=request.amount,
                requested_on=on,
                answer_business_days=policy.document.bureau.answer_business_days,
            )
            uow.emit(question, cause=cause)


def grant(
    request: CreditRequest,
    limit: Decimal,
    why: str,
    policy: RequestPolicy,
    file: CreditFile,
    on: date,
    cause: Cause,
    uow: CreditWork,
) -> None:
    """The limit is set from today on, the next review falls due by the policy, a closed account is open again."""
    account, by = uow.accounts[request.customer_id], request.decided_by or BY_ITSELF
    request.granted_limit = limit
    reason = Reason(code="credit-approved", text=f"Request {request.request_id}: {why}"[:500])
    request.reasons = (reason,)
    uow.emit_all(account.moved_by(StateCause.CREDIT_APPROVED, [reason], on), cause=cause)
    put_limit(
        account,
        file,
        PlannedLimit(on, limit, request.valid_until, by, reason.text, request.request_id),
        on,
        uow,
        cause,
    )
    file.reviewed(policy, request.risk_class, limit, on)
    file.closed_on = None


def decline(request: CreditRequest, reasons: Iterable[Reason], on: date, cause: Cause, uow: CreditWork) -> None:
    """The customer is told every reason; an account under review is suspended."""
    request.reasons = tuple(reasons)
    uow.emit(
        CreditRequestDeclined(
            request_id=request.request_id,
            customer_id=request.customer_id,
            decided_on=on,
            currency=request.currency,
            amount=request.amount,
            declined_by=request.decided_by or BY_ITSELF,
            reasons=request.reasons,
        ),
        cause=cause,
    )
    account = uow.accounts[request.customer_id]
    uow.emit_all(account.moved_by(StateCause.CREDIT_DECLINED, request.reasons, on), cause=cause)


def refuse(request: CreditRequest, reason: Reason, cause: Cause, uow: CreditWork) -> None:
    """A request that cannot be taken as it is; nothing of the account changes."""
    uow.record(request.turned(Turn.NOT_ACCEPTABLE, request.requested_on, BY_ITSELF, reason.text))
    request.reasons = (reason,)
    uow.emit(
        CreditRequestDeclined(
            request_id=request.request_id,
            customer_id=request.customer_id,
            decided_on=request.requested_on,
            currency=request.currency,
            amount=request.amount,
            declined_by=BY_ITSELF,
            reasons=request.reasons,
        ),
        cause=cause,
    )


async def open_requests_of(customer_ids: Iterable[str], uow: CreditWork) -> dict[str, CreditRequest]:
    """Each customer's open request, locked."""
    return still_open(await uow.requests.fetch("load_open_requests", sorted(set(customer_ids))))


async def facts_of(
    asked: Sequence[tuple[CreditAccount, date]], uow: CreditWork
) -> dict[tuple[str, date], PaymentFacts]:
    """How these customers had paid by a day, in their account's currency, over the months of the policy."""
    policies = await uow.policy(CREDIT_REQUESTS)
    return await facts_by(asked, policies, uow)


async def facts_by(
    asked: Sequence[tuple[CreditAccount, date]], policies: PolicyVersions[RequestPolicy], reader: Reader
) -> dict[tuple[str, date], PaymentFacts]:
    """As `facts_of`, for a reading as well as for a unit of work."""
    wanted = {(a.customer_id, on): (a, policies.on(on).document.history) for a, on in asked if a.known}
    if not wanted:
        return {}
    columns = [
        (a.customer_id, a.currency, on, months_before(on, rules.months), months_before(on, rules.trend_months))
        for (_, on), (a, rules) in sorted(wanted.items(), key=lambda pair: pair[0])
    ]
    rows = await reader.fetch("payment_facts", *map(list, zip(*columns, strict=True)))
    found = dict.fromkeys(wanted, PaymentFacts())
    for row in rows:
        account, rules = wanted[row["customer_id"], row["as_of"]]
        found[row["customer_id"], row["as_of"]] = payment_facts(row, account, rules.months)
    return found


def payment_facts(row: Any, account: CreditAccount, months: int) -> PaymentFacts:
    """The figures from the sums of a row of `payment_facts`."""
    paid, recent, limit = row["paid_amount"], row["recent_amount"], account.credit_limit
    before = paid - recent
    trend = None
    if recent and before:
        earlier_days = row["amount_days"] - row["recent_amount_days"]
        trend = _tenths(row["recent_amount_days"] / recent - earlier_days / before)
    since = row["first_document"]
    age = 0 if since is None else months_between(since, row["as_of"])
    return PaymentFacts(
        payments=row["payments"],
        paid_amount=round_half_up(paid, account.currency),
        average_days_late=_tenths(Decimal(row["late_items_days"]) / row["payments"] if row["payments"] else Decimal(0)),
        weighted_days_late=_tenths(row["amount_days"] / paid if paid else Decimal(0)),
        trend_days=trend,
        late_share_percent=_tenths(row["late_amount"] * 100 / paid if paid else Decimal(0)),
        disputed_amount=round_half_up(row["disputed_amount"], account.currency),
        broken_promises=row["broken_promises"],
        highest_balance=round_half_up(row["highest_balance"], account.currency),
        highest_balance_percent=_tenths(row["highest_balance"] * 100 / limit if limit else Decimal(0)),
        relationship_months=age,
        monthly_purchases=round_half_up(row["purchases"] / max(1, min(months, age)), account.currency),
    )


async def _valid_reports(customer_ids: Iterable[str], uow: CreditWork) -> dict[str, BureauReport]:
    rows = await uow.fetch("latest_reports", sorted(customer_ids))
    return {row["customer_id"]: BureauReport(**row) for row in rows}


def _tenths(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)
