"""What would be decided on an order, and what other rules would have decided on past orders, over HTTP."""

from __future__ import annotations

import asyncio
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Query

from services.credit.access import Db, Viewer
from services.credit.order_authorization.account_lookup import (
    check_exact,
    load_valued_account,
    rule_versions,
    rules_today,
)
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.evaluation import evaluate
from services.credit.order_authorization.domain.order_facts import facts_about
from services.credit.order_authorization.schemas import rules_as_evaluated
from services.credit.what_if.domain.payment_needed import payment_needed
from services.credit.what_if.domain.policy_trial import Difference, PolicyTrial, Worth
from services.credit.what_if.schemas import DifferenceView, TrialResult, TryPolicy, WhatIf
from services.credit.what_if.store import load_outcomes, load_past_decisions
from services.credit.work import ReadOnly
from shared.chassis.http import NotFound, Person, require_roles
from shared.contracts.event import Currency

router = APIRouter()

Manager = Annotated[Person, require_roles("credit_manager")]
AmountAsked = Annotated[Decimal, Query(gt=0, le=Decimal("999999999999.999"), decimal_places=3)]

SHOWN_MAX: Final = 100


@router.get("/accounts/{customer_id}/what-if")
async def what_if(
    customer_id: str,
    amount: AmountAsked,
    viewer: Viewer,
    db: Db,
    currency: Annotated[Currency | None, Query(description="The account's own unless given.")] = None,
) -> WhatIf:
    """What would be decided today on an order of this amount, incl. tax; and the payment it would need if held."""
    account = await load_valued_account(customer_id, db, [currency] if currency is not None else [])
    policy, on = await rules_today(account.company_id, db), db.days.of(account.company_id) or date.min
    currency = currency or account.currency
    check_exact(amount, currency)
    facts = facts_about(account, amount, currency, on)
    evaluation, payment = evaluate(facts, policy.document), payment_needed(account, facts, policy.document, on)
    return WhatIf(
        decision="approved" if evaluation.passes else "held",
        reasons=list(evaluation.reasons),
        remarks=list(evaluation.remarks),
        currency=currency,
        amount=amount,
        exposure_currency=account.currency,
        exposure_with_order=None if facts.amount is None else account.exposure + facts.amount,
        headroom_left=None if facts.amount is None else account.headroom(policy.document) - facts.amount,
        payment_needed=payment.amount,
        payment_explanation=payment.explanation,
        rules=rules_as_evaluated(facts, policy.document),
        policy_version=policy.version,
    )


@router.post("/policy-trials")
async def try_policy(body: TryPolicy, manager: Manager, db: Db) -> TrialResult:
    """Evaluates other rules over the orders of a past span; changes nothing."""
    trial, worth = PolicyTrial(await _rules_to_try(body, db)), Worth()
    shown: list[Difference] = []
    decisions = await load_past_decisions(None, body.first_day, body.last_day, db)
    while decisions:
        # In a thread, so that the service keeps answering; PostgreSQL reads the next chunk at the same time.
        evaluating = asyncio.to_thread(trial.differences, decisions)
        loading = load_past_decisions(decisions[-1], body.first_day, body.last_day, db)
        found, decisions = await asyncio.gather(evaluating, loading)
        for difference, outcome in await load_outcomes(found, db):
            worth.add(difference, outcome)
        shown += found[: SHOWN_MAX - len(shown)]
    return TrialResult(
        evaluated=trial.evaluated,
        would_hold=worth.would_hold,
        would_approve=worth.would_approve,
        late=dict(worth.late),
        lost=dict(worth.lost),
        sold=dict(worth.sold),
        sooner=dict(worth.sooner),
        differences=[_view(difference) for difference in shown],
    )


def _view(difference: Difference) -> DifferenceView:
    return DifferenceView(
        order_id=difference.order_id,
        customer_id=difference.customer_id,
        decided_on=difference.decided_on,
        was="approved" if difference.would_hold else "held",
        would_be="held" if difference.would_hold else "approved",
        why=difference.why,
    )


async def _rules_to_try(body: TryPolicy, db: ReadOnly) -> CreditRules:
    if body.document is not None:
        return body.document
    for version in (await rule_versions(db)).all:
        if version.version == body.version:
            return version.document
    raise NotFound(f"credit_rules has no version {body.version}: GET /policies/credit_rules lists the versions")
