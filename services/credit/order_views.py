"""What credit shows of orders and their decisions, and what people may say to them. Amounts in the order's currency."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, model_validator

from services.credit.domain.account import CreditAccount
from services.credit.domain.authorisation import Facts, outcomes
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.handling import Condition
from services.credit.domain.order_decisions import waits_for_a_person
from services.credit.domain.order_rules import shown_value
from services.credit.domain.orders import Decision, OpenOrder
from services.credit.views import AccountView, ExposureView, WhyText
from shared.chassis.declare.policies import PolicyVersions
from shared.contracts.event import Identifier, PositiveAmount
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up


class ReleaseOrder(BaseModel):
    """Why a held order may go on; part of it, or on a condition, where one is given."""

    reason: WhyText
    reason_code: Identifier = "other"
    amount: PositiveAmount | None = None
    """Up to this amount, incl. tax, in whole units; the rest is cancelled. Left out: all of it."""
    condition: Condition | None = None
    """It goes on by itself as soon as so much is deposited, or paid in advance. Left out: at once."""
    condition_amount: PositiveAmount | None = None
    """Left out: what is open of the order."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.condition is None and self.condition_amount is not None:
            raise ValueError("condition_amount needs a condition: deposit or cash-in-advance")
        if self.condition is not None and self.amount is not None:
            raise ValueError("a release on a condition is of the whole order: leave out amount or condition")
        return self


class DeclineOrder(BaseModel):
    """Why a held order is not to be delivered on credit."""

    reason: WhyText
    reason_code: Identifier = "other"


class HoldOrder(DeclineOrder):
    """Why an order is to be held until a person lets it go."""


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
    """One thing that was decided about an order. `exposure` includes the order."""

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
            values["rules"] = rules_as_evaluated(Facts.of(customer_id, row["facts"]), document)
        return cls.model_validate(values)


def rules_as_evaluated(facts: Facts, document: CreditRules) -> list[RuleView]:
    return [
        RuleView(
            name=rule.name,
            effect=rule.effect,
            scope=rule.scope,
            field=rule.field,
            condition=rule.condition,
            value=None if value is None else shown_value(value),
            held=held,
        )
        for rule, value, held in outcomes(facts, document)
    ]


class OrderView(BaseModel):
    """An order as credit knows it: what was decided last, and all that happened before."""

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
            awaits=waits_for_a_person(account, order),
            first_signature=order.handling.signed_by,
            history=history,
        )


class HeldOrderView(BaseModel):
    """An order that waits for room or for a person, with all one needs to decide on it."""

    order_id: str
    customer_id: str
    company_id: str
    order_date: date
    held_on: date
    days_held: int
    currency: str
    open_amount: Decimal
    reasons: list[Reason]
    """Every reason why it would not go on now."""
    first_signature: str | None
    account: AccountView
    exposure: ExposureView
    history: list[DecisionView]


class OrderChanged(BaseModel):
    """The account after a command, and the held orders that went on because of it."""

    decision: Decision
    awaits: list[Reason]
    """What the order waits for, where it did not go on at once."""
    account: AccountView
    released_orders: list[str]
