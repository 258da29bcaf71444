"""Evaluating credit requests by payment history and bureau reports: one query for a batch and table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_state import StateCause
from services.credit.credit_requests.domain.credit_requests import (
    BureauReport,
    CreditRequest,
    evaluate_history,
    evaluate_report,
    rejection_reason,
)
from services.credit.credit_requests.domain.reasons import increase_requested
from services.credit.credit_requests.domain.request_policy import RequestPolicy
from services.credit.credit_requests.domain.request_states import Transition
from services.credit.credit_requests.policy import CREDIT_REQUESTS
from services.credit.credit_requests.request_decisions import DecisionBasis, apply_evaluation, reject
from services.credit.credit_requests.store import open_by_customer
from services.credit.limits.limit_changes import load_credit_files
from services.credit.limits.policy import CREDIT_LIMITS
from services.credit.order_authorization.domain.reasons import ROOM_AFTER_CREDIT_DECISION
from services.credit.order_authorization.reevaluation import Trigger, reevaluate_held_orders
from services.credit.payment_history.domain.payment_facts import PaymentFacts, PaymentFactsQuery
from services.credit.payment_history.policy import CREDIT_SCORECARD
from services.credit.payment_history.store import load_payment_facts
from services.credit.work import CreditWork
from shared.chassis.declare.policies import PolicyVersions
from shared.chassis.transaction.policy_book import Reader
from shared.chassis.transaction.unit_of_work import Cause

RequestAndCause = tuple[CreditRequest, Cause]


async def evaluate_requests(asked: Sequence[RequestAndCause], uow: CreditWork) -> None:
    """Moves each request as far as no person is needed, in the order given; then held orders that fit are released.

    Requests of customers without master data wait. The accounts must be locked, the open requests loaded.
    """
    if not asked:
        return
    accounts = [uow.accounts[request.customer_id] for request, _ in asked]
    files = await load_credit_files(accounts, uow)
    policies, limit_policies = await uow.policy(CREDIT_REQUESTS), await uow.policy(CREDIT_LIMITS)
    asked_on = [(uow.accounts[request.customer_id], request.requested_on) for request, _ in asked]
    facts = await payment_facts_of(asked_on, policies, uow)
    reports = await _valid_reports({request.customer_id for request, _ in asked}, uow)
    cards = await uow.policy(CREDIT_SCORECARD)
    triggers: dict[str, Trigger] = {}
    for request, cause in asked:
        account, on = uow.accounts[request.customer_id], request.requested_on
        if not _is_accepted(request, account, cause, uow):
            continue
        known = facts[account.customer_id, on]
        score = cards.on(on).document.score(known)
        request.assessed(known, score)
        if request.kind == "increase":
            why = [increase_requested(request.requested_by, request.amount, request.currency)]
            uow.emit_all(account.change_state(StateCause.INCREASE_REQUESTED, why, on), cause=cause)
        policy = policies.on(on)
        evaluation = evaluate_history(request, known, score, policy.document, account.state)
        report = reports.get(account.customer_id)
        if evaluation.transition is Transition.NO_HISTORY and report is not None and on <= report.expires_on:
            evaluation = evaluate_report(request, report, policy.document)
        basis = DecisionBasis(policy, limit_policies.on(on).document, files[account.customer_id], on, cause)
        apply_evaluation(request, evaluation, basis, uow)
        triggers[account.customer_id] = Trigger(cause, on, ROOM_AFTER_CREDIT_DECISION)
    await reevaluate_held_orders(uow, triggers)


def _is_accepted(request: CreditRequest, account: CreditAccount, cause: Cause, uow: CreditWork) -> bool:
    """False for a request that waits, is past its evaluation, or is rejected here."""
    if not account.has_master_data or request.state != "Requested":
        return False
    request.company_id = account.company_id
    reason = rejection_reason(request, account.currency, account.state, None)
    if reason is not None:
        reject(request, reason, cause, uow)
    return reason is None


async def open_requests_of(customer_ids: Iterable[str], uow: CreditWork) -> dict[str, CreditRequest]:
    """Each customer's open request, locked."""
    return open_by_customer(await uow.requests.fetch("load_open_requests", sorted(set(customer_ids))))


async def payment_facts_of(
    asked: Collection[tuple[CreditAccount, date]], policies: PolicyVersions[RequestPolicy], reader: Reader
) -> dict[tuple[str, date], PaymentFacts]:
    """How these customers had paid by a day, in their account's currency, over the months of the policy."""
    queries = []
    for account, on in asked:
        if account.has_master_data:
            months = policies.on(on).document.history
            queries.append(
                PaymentFactsQuery(
                    customer_id=account.customer_id,
                    currency=account.currency,
                    credit_limit=account.credit_limit,
                    as_of=on,
                    months=months.months,
                    trend_months=months.trend_months,
                )
            )
    return await load_payment_facts(queries, reader)


async def _valid_reports(customer_ids: Iterable[str], uow: CreditWork) -> dict[str, BureauReport]:
    rows = await uow.fetch("latest_reports", sorted(customer_ids))
    return {row["customer_id"]: BureauReport(**row) for row in rows}
