"""What would be: an order that is asked about, or another policy over the orders of the past."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator

from services.credit.access import Db, Viewer
from services.credit.domain.account_facts import facts_about
from services.credit.domain.authorisation import judge
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.policy_trial import Difference, Outcome, PastDecision, PolicyTrial, Worth
from services.credit.domain.what_if import payment_needed
from services.credit.lookup import exact, rule_versions, rules_today, valued_account
from services.credit.order_views import RuleView, rules_as_evaluated
from shared.chassis.http import NotFound, Person, ReadSession, require_roles
from shared.contracts.event import BusinessDate, Currency
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

router = APIRouter()

Manager = Annotated[Person, require_roles("credit_manager")]
AmountAsked = Annotated[Decimal, Query(gt=0, le=Decimal("999999999999.999"), decimal_places=3)]

CHUNK: Final = 2_000
"""Decisions of a trial held in memory at a time."""
SHOWN_MAX: Final = 100


class WhatIf(BaseModel):
    """What would be decided on an order of `amount` that came now. Exposure in the account's currency."""

    decision: Literal["approved", "held"]
    reasons: list[Reason]
    remarks: list[Reason]
    currency: str
    amount: Decimal
    exposure_currency: str
    exposure_with_it: Decimal | None
    """Null: there is no exchange rate from the order's currency."""
    headroom_left: Decimal | None
    to_be_paid: Decimal | None
    """What would have to be paid, and clear, for it to pass; null: money alone does not help."""
    to_be_paid_words: str
    rules: list[RuleView]
    policy_version: int


class TryPolicy(BaseModel):
    """Which rules to try (a document, or a version that was set) on the orders of which span."""

    document: CreditRules | None = None
    version: Annotated[int, Field(ge=0)] | None = None
    first_day: BusinessDate
    last_day: BusinessDate

    @model_validator(mode="after")
    def _can_be_tried(self) -> Self:
        if (self.document is None) == (self.version is None):
            raise ValueError("give either a document or a version to try")
        if self.last_day < self.first_day:
            raise ValueError(f"the span ends on {self.last_day}, before it begins on {self.first_day}: turn them round")
        return self


class DifferenceView(BaseModel):
    order_id: str
    customer_id: str
    decided_on: date
    was: Literal["approved", "held"]
    would_be: Literal["approved", "held"]
    why: str


class TrialResult(BaseModel):
    """How a policy would have decided. Amounts by currency, incl. tax."""

    judged: int
    would_hold: int
    would_approve: int
    late: dict[Currency, Decimal]
    """Would have been held, and was paid late or is overdue: trouble avoided."""
    lost: dict[Currency, Decimal]
    """Would have been held, and was paid in time: business put at risk."""
    sold: dict[Currency, Decimal]
    """Would have been approved, and was never let through: business won."""
    sooner: dict[Currency, Decimal]
    """Would have been approved at once, and was released later."""
    differences: list[DifferenceView]
    """The first of them."""


@router.get("/accounts/{customer_id}/what-if")
async def what_if(
    customer_id: str,
    amount: AmountAsked,
    viewer: Viewer,
    db: Db,
    currency: Annotated[Currency | None, Query(description="The account's own unless given.")] = None,
) -> WhatIf:
    """What would be decided on an order of this amount, incl. tax, today, and what would have to be paid if not."""
    account = await valued_account(customer_id, db, [currency] if currency is not None else [])
    policy, on = await rules_today(db), db.today or date.min
    currency = currency or account.currency
    exact(amount, currency)
    facts = facts_about(account, amount, currency, on)
    judgement, payment = judge(facts, policy.document), payment_needed(account, facts, policy.document, on)
    return WhatIf(
        decision="approved" if judgement.passes else "held",
        reasons=list(judgement.reasons),
        remarks=list(judgement.remarks),
        currency=currency,
        amount=amount,
        exposure_currency=account.currency,
        exposure_with_it=None if facts.amount is None else account.exposure + facts.amount,
        headroom_left=None if facts.amount is None else account.headroom(policy.document) - facts.amount,
        to_be_paid=payment.amount,
        to_be_paid_words=payment.words,
        rules=rules_as_evaluated(facts, policy.document),
        policy_version=policy.version,
    )


@router.post("/policy-trials")
async def try_policy(body: TryPolicy, manager: Manager, db: Db) -> TrialResult:
    """Runs other rules over the orders of a past span; changes nothing."""
    trial, worth = PolicyTrial(await _rules_to_try(body, db)), Worth()
    shown: list[Difference] = []
    decisions = await _past_decisions(None, body, db)
    while decisions:
        # In a thread, so that the service goes on answering; PostgreSQL looks for the next ones meanwhile.
        judging = asyncio.to_thread(trial.differences, decisions)
        found, decisions = await asyncio.gather(judging, _past_decisions(decisions[-1], body, db))
        for difference, outcome in await _outcomes(found, db):
            worth.add(difference, outcome)
        shown += found[: SHOWN_MAX - len(shown)]
    return TrialResult(
        judged=trial.judged,
        would_hold=worth.would_hold,
        would_approve=worth.would_approve,
        late=dict(worth.late),
        lost=dict(worth.lost),
        sold=dict(worth.sold),
        sooner=dict(worth.sooner),
        differences=[
            DifferenceView(
                order_id=difference.order_id,
                customer_id=difference.customer_id,
                decided_on=difference.decided_on,
                was="approved" if difference.would_hold else "held",
                would_be="held" if difference.would_hold else "approved",
                why=difference.why,
            )
            for difference in shown
        ],
    )


async def _rules_to_try(body: TryPolicy, db: ReadSession) -> CreditRules:
    if body.document is not None:
        return body.document
    for version in (await rule_versions(db)).all:
        if version.version == body.version:
            return version.document
    raise NotFound(f"credit_rules has no version {body.version}: GET /policies/credit_rules lists those there are")


async def _past_decisions(after: PastDecision | None, span: TryPolicy, db: ReadSession) -> list[PastDecision]:
    """The next chunk; none at the end of the span."""
    place = ("", 0) if after is None else (after.customer_id, after.decision_no)
    rows = await db.fetch("decisions_to_try", *place, span.first_day, span.last_day, CHUNK)
    return [PastDecision(*row) for row in rows]


async def _outcomes(found: Sequence[Difference], db: ReadSession) -> list[tuple[Difference, Outcome]]:
    if not found:
        return []
    customers, orders = [d.customer_id for d in found], [d.order_id for d in found]
    rows = await db.fetch("outcomes_of_orders", customers, orders, db.today or date.max)
    known = {
        (row["customer_id"], row["order_id"]): Outcome(
            row["currency"], round_half_up(row["order_amount"], row["currency"]), row["sold"], row["late"]
        )
        for row in rows
    }
    return [(difference, known[difference.customer_id, difference.order_id]) for difference in found]
