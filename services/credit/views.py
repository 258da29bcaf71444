"""What credit shows to people and takes from them, over HTTP. Amounts are in the `currency` beside them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, StringConstraints

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.orders import Decision, OpenOrder
from shared.contracts.credit import CreditState
from shared.contracts.event import Currency, NonNegativeAmount
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

WhyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class SetLimit(BaseModel):
    """A new credit limit, and why."""

    credit_limit: NonNegativeAmount
    currency: Currency
    """The account's own, so that nobody sets a limit in a currency they did not mean."""
    reason: WhyText


class ReleaseOrder(BaseModel):
    """Why a held order may go on."""

    reason: WhyText


class DeclineOrder(BaseModel):
    """Why a held order is not to be delivered on credit."""

    reason: WhyText


class AccountView(BaseModel):
    """A credit account. Headroom is what may still be ordered; negative when exposure is above the limit."""

    customer_id: str
    name: str
    company_id: str
    currency: str
    state: CreditState
    credit_limit: Decimal
    limit_set_by: Literal["erp", "credit"]
    open_items: Decimal
    open_orders: Decimal
    exposure: Decimal
    headroom: Decimal

    @classmethod
    def of(cls, account: CreditAccount, rules: CreditRules) -> AccountView:
        return cls(
            customer_id=account.customer_id,
            name=account.name,
            company_id=account.company_id,
            currency=account.currency,
            state=account.state,
            credit_limit=account.credit_limit,
            limit_set_by="credit" if account.limit_version else "erp",
            open_items=account.open_items_total,
            open_orders=account.open_orders_total,
            exposure=account.exposure,
            headroom=account.headroom(rules),
        )


class HoldView(BaseModel):
    """A hold collections asked for; in force until `lifted_on`."""

    hold_id: str
    requested_on: date
    reason: str
    lifted_on: date | None
    lifted_by: str
    lift_reason: str


class HeldOrderView(BaseModel):
    """An order that waits for room or for a person."""

    order_id: str
    customer_id: str
    company_id: str
    order_date: date
    held_on: date
    currency: str
    open_amount: Decimal
    reasons: list[Reason]

    @classmethod
    def of(cls, row: Any) -> HeldOrderView:
        return cls(
            order_id=row["order_id"],
            customer_id=row["customer_id"],
            company_id=row["company_id"],
            order_date=row["order_date"],
            held_on=row["decided_on"],
            currency=row["currency"],
            open_amount=round_half_up(row["open_amount"], row["currency"]),
            reasons=json.loads(row["reasons"]),
        )


class OtherCurrency(BaseModel):
    """Exposure in a currency the account has no limit in; it is not part of the account's exposure."""

    currency: str
    open_items: Decimal
    open_orders: Decimal

    @classmethod
    def of(cls, row: Any) -> OtherCurrency:
        currency = row["currency"]
        return cls(
            currency=currency,
            open_items=round_half_up(row["open_items"], currency),
            open_orders=round_half_up(row["open_orders"], currency),
        )


class AccountDetail(BaseModel):
    """An account with its holds (the newest first) and its held orders (the oldest first), 200 of each at most."""

    account: AccountView
    holds: list[HoldView]
    held_orders: list[HeldOrderView]
    not_counted: list[OtherCurrency]


class DecisionView(BaseModel):
    """One thing that was decided about an order. `exposure` includes the order."""

    decision: Decision
    decided_on: date
    decided_by: str
    reasons: list[Reason]
    exposure: Decimal | None
    credit_limit: Decimal | None
    policy_version: int | None

    @classmethod
    def of(cls, row: Any, currency: str) -> DecisionView:
        values = {**row, "reasons": json.loads(row["reasons"])}
        for name in ("exposure", "credit_limit"):
            values[name] = None if values[name] is None else round_half_up(values[name], currency)
        return cls.model_validate(values)


class OrderView(BaseModel):
    """An order as credit knows it: what was decided last, and all that happened before."""

    order_id: str
    customer_id: str
    company_id: str
    order_date: date | None
    currency: str
    order_amount: Decimal
    open_amount: Decimal
    decision: Decision
    decided_on: date | None
    history: list[DecisionView]

    @classmethod
    def of(cls, order: OpenOrder, history: list[DecisionView]) -> OrderView:
        return cls(
            order_id=order.order_id,
            customer_id=order.customer_id,
            company_id=order.company_id,
            order_date=order.order_date,
            currency=order.currency,
            order_amount=order.order_amount,
            open_amount=order.open_amount,
            decision=order.decision,
            decided_on=order.decided_on,
            history=history,
        )


class AccountChanged(BaseModel):
    """The account after a command, and the held orders that went on because of it."""

    account: AccountView
    released_orders: list[str]


class WhatIf(BaseModel):
    """What would be decided on an order of `amount` that came now."""

    decision: Literal["approved", "held"]
    reasons: list[Reason]
    currency: str
    amount: Decimal
    exposure_with_it: Decimal
    headroom_left: Decimal
    policy_version: int
