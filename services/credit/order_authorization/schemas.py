"""Orders and decisions as people see them, and what people send. Amounts are in the order's currency."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, model_validator

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.schemas import AccountView, ExposureView
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.evaluation import OrderFacts, rule_outcomes
from services.credit.order_authorization.domain.order_decisions import instruction_reasons
from services.credit.order_authorization.domain.order_instructions import Condition
from services.credit.order_authorization.domain.orders import Decision, OpenOrder
from shared.chassis.declare.policies import PolicyVersions
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import Identifier, PositiveAmount
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up


class ReleaseOrder(WithReason):
    """Why a held order is released; in part if an amount is given, or on a condition."""

    reason_code: Identifier = "other"
    amount: PositiveAmount | None = None
    """Up to this amount, incl. tax, in whole units; the rest is cancelled. Left out: all of it."""
    condition: Condition | None = None
    """It is released automatically when this much is deposited, or paid in advance. Left out: at once."""
    condition_amount: PositiveAmount | None = None
    """Left out: what is open of the order."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.condition is None and self.condition_amount is not None:
            raise ValueError("condition_amount needs a condition: deposit or cash-in-advance")
        if self.condition is not None and self.amount is not None:
            raise ValueError("a release on a condition is of the whole order: leave out amount or condition")
        return self


class DeclineOrder(WithReason):
    """Why a held order is not to be delivered on credit."""

    reason_code: Identifier = "other"


class HoldOrder(DeclineOrder):
    """Why an order is to be held until a person releases it."""


class HeldOrderLine(BaseModel):
    """A held order in short; the queue of held orders shows more of it."""

    order_id: str
    order_date: date
    held_on: date
    currency: str
    open_amount: Decimal

    @classmethod
    def of(cls, order: OpenOrder) -> Self:
        assert order.order_date is not None
        assert order.decided_on is not None
        return cls(
            order_id=order.order_id,
            order_date=order.order_date,
            held_on=order.decided_on,
            currency=order.currency,
            open_amount=order.open_amount,
        )


class RuleView(BaseModel):
    """A rule as it was evaluated."""

    name: str
    effect: str
    scope: str
    field: str
    condition: str
    value: str | None
    held: bool


class DecisionView(BaseModel):
    """One decision on an order. `exposure` includes the order."""

    decision: Decision
    decided_on: date
    decided_by: str
    reason_code: str
    reasons: list[Reason]
    remarks: list[Reason]
    exposure: Decimal | None
    credit_limit: Decimal | None
    policy_version: int | None
    facts: dict[str, Any] | None
    rules: list[RuleView]

    @classmethod
    def of(cls, row: Any, customer_id: str, currency: str, versions: PolicyVersions[CreditRules]) -> Self:
        values = {**row, "rules": []}
        for name in ("reasons", "remarks", "facts"):
            values[name] = json.loads(values[name]) if values[name] is not None else None
        for name in ("exposure", "credit_limit"):
            values[name] = None if values[name] is None else round_half_up(values[name], currency)
        document = next((v.document for v in versions.all if v.version == row["policy_version"]), None)
        if row["facts"] is not None and document is not None:
            values["rules"] = rules_as_evaluated(OrderFacts.of(customer_id, row["facts"]), document)
        return cls.model_validate(values)


def rules_as_evaluated(facts: OrderFacts, document: CreditRules) -> list[RuleView]:
    return [
        RuleView(
            name=rule.name,
            effect=rule.effect,
            scope=rule.scope,
            field=rule.field,
            condition=rule.condition_in(facts.currency),
            value=None if value is None else rule.displayed(value, facts.currency),
            held=held,
        )
        for rule, value, held in rule_outcomes(facts, document)
    ]


class OrderView(BaseModel):
    """An order in credit: the last decision, and all earlier ones."""

    order_id: str
    customer_id: str
    company_id: str
    order_date: date | None
    revision: int
    """The revision that was decided on last."""
    currency: str
    order_amount: Decimal
    open_amount: Decimal
    decision: Decision
    decided_on: date | None
    awaits: list[Reason]
    """What people have laid down for it."""
    first_signature: str | None
    history: list[DecisionView]

    @classmethod
    def of(cls, order: OpenOrder, account: CreditAccount, history: list[DecisionView]) -> Self:
        return cls(
            order_id=order.order_id,
            customer_id=order.customer_id,
            company_id=order.company_id,
            order_date=order.order_date,
            revision=order.revision,
            currency=order.currency,
            order_amount=order.order_amount,
            open_amount=order.open_amount,
            decision=order.decision,
            decided_on=order.decided_on,
            awaits=instruction_reasons(account, order),
            first_signature=order.instructions.signed_by,
            history=history,
        )


class HeldOrderView(BaseModel):
    """A held order, with everything a person needs to decide on it."""

    order_id: str
    customer_id: str
    company_id: str
    order_date: date
    held_on: date
    days_held: int
    currency: str
    open_amount: Decimal
    reasons: list[Reason]
    """Every reason why it is not released now."""
    first_signature: str | None
    account: AccountView
    exposure: ExposureView
    history: list[DecisionView]


class OrderChanged(BaseModel):
    """The account after a command, and the held orders that were released because of it."""

    decision: Decision
    awaits: list[Reason]
    """What the order waits for, if it was not released at once."""
    account: AccountView
    released_orders: list[str]
